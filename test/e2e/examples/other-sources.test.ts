import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { eventually } from "../../support/eventually.ts";
import { type ExampleStage, setStage } from "../../support/example-stage.ts";
import { type Mosquitto, needsMosquitto, startMosquitto } from "../../support/mosquitto.ts";
import { temporaryFolder } from "../../support/temporary.ts";

describe("the example “a file and MQTT into one queue”", function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  const file = path.join(folder.path, "contacts.csv");
  let broker: Mosquitto;
  let stage: ExampleStage;
  before(async function () {
    needsMosquitto(this);
    broker = await startMosquitto();
    stage = await setStage({
      env: { CSV_FILE: file, MQTT_HOST: "127.0.0.1", MQTT_PORT: String(broker.port) },
    });
    await stage.deploy("a-file-and-mqtt-into-one-queue");
  });
  after(async () => {
    await stage?.close();
    await broker?.stop();
    folder.remove();
  });

  const contacts = async () =>
    (await stage.read("res.partner", ["name", "email"], [["email", "like", "example.org"]]))
      .map(({ name, email }) => `${name} <${email}>`)
      .sort();

  it("makes contacts of rows, once, however often the file is read", async () => {
    writeFileSync(
      file,
      "id,name,email\n7,Ann Lee,ann@example.org\n8,Ben Roe,ben@example.org\n9,,nobody@example.org\n",
    );
    await stage.press("hx-read");
    await stage.settled("contacts", 2, 1);
    const [dead] = await stage.deadLetters("contacts");
    assert.match(String(dead!.failure.message), /Contact 9 has no name\./);
    await stage.press("hx-read");
    await eventually("the rows came again", async () => (await stage.counts("contacts")).done === 4);
    assert.deepEqual(await contacts(), ["Ann Lee <ann@example.org>", "Ben Roe <ben@example.org>"]);
  });

  it("changes them by MQTT, and the last word that came while Odoo was away is what counts", async () => {
    await eventually("Node-RED has subscribed", async () => {
      broker.publish("contacts/changed", '{"id":8,"name":"Ben Roe-Lee","email":"ben@example.org"}');
      return (await contacts()).includes("Ben Roe-Lee <ben@example.org>");
    });
    stage.odoo.faults.set({ status: 503 });
    for (const name of ["Ann One", "Ann Two", "Ann Three"])
      broker.publish("contacts/changed", JSON.stringify({ id: 7, name, email: "ann@example.org" }));
    await eventually("they wait", async () => {
      const { ready, leased } = await stage.counts("contacts");
      return ready! + leased! > 0;
    });
    stage.odoo.faults.clear();
    await eventually(
      "the last one stands",
      async () => (await contacts())[0] === "Ann Three <ann@example.org>",
    );
  });
});

import assert from "node:assert/strict";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { launchNodeRed, type NodeRedProcess } from "../../sandbox/node-red.ts";
import { eventually } from "../support/eventually.ts";
import { exampleFlow } from "../support/flow.ts";
import { temporaryFolder } from "../support/temporary.ts";

describe("the example “tell an operator”", () => {
  const folder = temporaryFolder();
  const posted: { url: string; body: Record<string, string> }[] = [];
  const receiver = http.createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    posted.push({ url: request.url ?? "", body: JSON.parse(text) as Record<string, string> });
    response.end("ok");
  });
  let nodeRed: NodeRedProcess;
  before(async () => {
    await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
    nodeRed = await launchNodeRed({
      userDir: folder.path,
      env: {
        CHAT_WEBHOOK_URL: `${url}/chat`,
        MAIL_API_URL: `${url}/mail`,
        MAIL_FROM: "holdfast@example.com",
        MAIL_TO: "operator@example.com",
      },
    });
    await nodeRed.deploy(exampleFlow("tell-an-operator"));
  });
  after(async () => {
    await nodeRed?.stop();
    receiver.close();
    folder.remove();
  });

  it("sends one chat message and one mail for many dead letters, with why", async () => {
    for (let n = 0; n < 3; n++) {
      const { status } = await fetch(`${nodeRed.url}/inject/ha-inject`, { method: "POST" });
      assert.equal(status, 200);
    }
    await eventually("chat and mail have it", () => posted.length >= 2);
    const chat = posted.find(({ url }) => url === "/chat")!.body;
    const mail = posted.find(({ url }) => url === "/mail")!.body;
    assert.match(
      chat.text!,
      /^Dead letters: 3 in tell-an-operator\n\n3 × Error: A row needs a quantity of at least 1\.$/,
    );
    assert.deepEqual(
      [mail.from, mail.to, mail.subject, mail.text],
      ["holdfast@example.com", "operator@example.com", "Dead letters: 3 in tell-an-operator", chat.text],
    );
    assert.equal(posted.length, 2);
  });
});

import { spawn, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { eventually } from "./eventually.ts";
import { freePort } from "./redis-server.ts";
import { temporaryFolder } from "./temporary.ts";

export interface Mosquitto {
  port: number;
  /** Publishes with QoS 1; returns when the broker has it. */
  publish(topic: string, message: string): void;
  stop(): Promise<void>;
}

/** For `before` hooks: leaves the tests out, and says why, where no broker is installed. CI must have one. */
export function needsMosquitto(test: { skip(): unknown }): void {
  const installed = ["mosquitto", "mosquitto_pub"].every(
    (program) => spawnSync(program, ["--help"]).error === undefined,
  );
  if (installed) return;
  if (process.env.CI) throw new Error("CI needs mosquitto and mosquitto-clients.");
  console.log("      skipped: no mosquitto installed");
  test.skip();
}

/** A broker of its own on a free loopback port. */
export async function startMosquitto(): Promise<Mosquitto> {
  const folder = temporaryFolder();
  const port = await freePort();
  const settings = path.join(folder.path, "mosquitto.conf");
  writeFileSync(settings, `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\n`);
  const broker = spawn("mosquitto", ["-c", settings], { stdio: "ignore" });
  const gone = new Promise((resolve) => broker.once("exit", resolve));
  const at = ["-h", "127.0.0.1", "-p", String(port), "-q", "1"];
  const publish = (topic: string, message: string): boolean =>
    spawnSync("mosquitto_pub", [...at, "-t", topic, "-m", message]).status === 0;
  await eventually("the broker answers", () => publish("hello", "there"));
  return {
    port,
    publish: (topic, message) => {
      if (!publish(topic, message)) throw new Error(`The broker did not take ${topic}.`);
    },
    stop: async () => {
      broker.kill("SIGTERM");
      await gone;
      folder.remove();
    },
  };
}

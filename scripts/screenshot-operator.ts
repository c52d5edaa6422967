/** Takes the pictures of the operator's log on a page of its own, in light and dark, on Node-RED 5. */
import { mkdirSync } from "node:fs";
import path from "node:path";
import { launchBrowser } from "../test/support/editor-browser.ts";
import { eventually } from "../test/support/eventually.ts";
import { brokenOrder, goodOrder, type Scene, startScene } from "../test/support/operator-scene.ts";

const schemes = ["light", "dark"] as const;

export async function screenshotOperator(folder: string): Promise<string[]> {
  mkdirSync(folder, { recursive: true });
  const scene = await startScene({ version: 5 });
  const browser = await launchBrowser();
  const file = (name: string): string => path.join(folder, `operator-${name}.png`);
  try {
    await play(scene);
    for (const colorScheme of schemes) {
      const page = await browser.newPage({
        viewport: { width: 1280, height: 800 },
        deviceScaleFactor: 2,
        colorScheme,
        locale: "en-US",
      });
      await page.goto(`${scene.nodeRed.url}/holdfast`);
      await page.locator(".hf-row-button", { hasText: "#1043" }).click();
      await page.locator(".hf-what").waitFor();
      await page.mouse.move(0, 0);
      await page.screenshot({ path: file(colorScheme) });
      await page.close();
    }
  } finally {
    await browser.close();
    await scene.end();
  }
  return schemes.map(file);
}

interface Queue {
  counts: { waiting: number; inFlight: number; done: number };
  rates: { in: number[] };
}

/** A morning: most orders go through, some name products that Odoo does not have. */
async function play(scene: Scene): Promise<void> {
  for (let n = 1020; n < 1050; n++)
    await scene.send([1027, 1034, 1038, 1043].includes(n) ? brokenOrder(n, `SH-${n - 1000}`) : goodOrder(n));
  const queue = async (): Promise<Queue> =>
    ((await (await scene.api("/holdfast/overview")).json()) as { queues: [Queue] }).queues[0];
  await eventually("all are done or dead", async () => {
    const { waiting, inFlight, done } = (await queue()).counts;
    return waiting + inFlight === 0 && done === 26;
  });
  // The page counts whole minutes.
  await eventually("their minute is over", async () => (await queue()).rates.in.at(-2)! > 0, 70_000);
}

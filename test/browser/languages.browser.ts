import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Browser } from "playwright-core";
import { launchNodeRed, type NodeRedProcess } from "../../sandbox/node-red.ts";
import {
  type Editor,
  type EditorGlobal,
  launchBrowser,
  openEditor,
  wrongInDialog,
} from "../support/editor-browser.ts";
import { everyNode } from "../support/editor-flow.ts";
import { temporaryFolder } from "../support/temporary.ts";

/** Pictures to look at; `HOLDFAST_PICTURES` keeps them in a folder of your choice. */
const pictures = process.env.HOLDFAST_PICTURES ?? mkdtempSync(path.join(tmpdir(), "holdfast-pictures-"));
mkdirSync(pictures, { recursive: true });

const ours = everyNode.filter(({ type }) => type !== "tab" && type !== "catch");
/** A browser's language, a label of the queue's dialog, a heading of its help, and the log's title. */
const languages = [
  ["de-DE", "Reihenfolge nach", "Eingangsdaten", "Betriebsprotokoll"],
  ["fr-FR", "Dans l'ordre par", "Entrées", "Journal d'exploitation"],
  ["es-ES", "En orden por", "Entradas", "Registro de operación"],
] as const;

describe("other languages", function () {
  this.timeout(120_000);
  let browser: Browser;
  before(async () => {
    browser = await launchBrowser();
  });
  after(async () => {
    await browser?.close();
    console.log(`      pictures: ${pictures}`);
  });

  for (const version of [4, 5] as const)
    describe(`on Node-RED ${version === 4 ? "4.1" : "5"}`, () => {
      const folder = temporaryFolder();
      let nodeRed: NodeRedProcess;
      before(async () => {
        nodeRed = await launchNodeRed({ version, userDir: folder.path });
        await nodeRed.deploy(everyNode);
      });
      after(async () => {
        await nodeRed?.stop();
        folder.remove();
      });

      for (const [locale, label, heading, title] of languages)
        describe(locale, () => {
          let editor: Editor;
          before(async () => {
            editor = await openEditor(browser, { url: nodeRed.url, locale });
          });
          after(() => editor?.close());
          afterEach(() => assert.deepEqual(editor.complaints, []));

          it("are spoken in the dialogs, which have room for them", async () => {
            for (const { id } of ours) {
              await editor.openDialog(id);
              const tray = editor.page.locator(".red-ui-tray").last();
              await tray.screenshot({ path: path.join(pictures, `${locale}-${id}-${version}.png`) });
              if (id === "queue") await tray.getByText(label, { exact: true }).waitFor();
              assert.deepEqual(await wrongInDialog(tray), { empty: [], overflowing: [], red: [] }, id);
              await editor.closeDialog();
            }
          });

          it("are spoken in the help", async () => {
            const help = await editor.page.evaluate(() => {
              const { RED } = globalThis as unknown as { RED: EditorGlobal };
              RED.sidebar.help.show("durable-queue");
              return RED.nodes.getNodeHelp("durable-queue");
            });
            assert.ok(help.includes(`<h3>${heading}</h3>`), help);
          });

          it("are spoken in the operator's log, on a page of its own", async () => {
            const page = await editor.page.context().newPage();
            await page.goto(`${nodeRed.url}/holdfast`);
            await page.getByRole("heading", { name: title }).waitFor();
            assert.equal(await page.title(), title);
            assert.ok(locale.startsWith((await page.locator("html").getAttribute("lang")) ?? "?"));
            await page.screenshot({ path: path.join(pictures, `${locale}-log-${version}.png`) });
            await page.close();
          });
        });
    });
});

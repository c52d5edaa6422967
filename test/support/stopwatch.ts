import path from "node:path";
import type { Locator, Page } from "playwright-core";

/** Somebody at the editor for the first time: what they press is counted, written down with its time, and pictured. */
export interface Stopwatch {
  /** Typing is not counted; a double click counts as two. */
  clicks(): number;
  note(what: string): void;
  click(what: string, where: Locator): Promise<void>;
  /** Opens a dialog. */
  doubleClick(what: string, where: Locator): Promise<void>;
  /** Menu → Import → Examples → the package → the example → Import: six clicks. */
  importExample(name: string): Promise<void>;
  picture(name: string): Promise<void>;
  /** One line for each note: seconds, clicks so far, what. */
  lines: string[];
}

export function startStopwatch(page: Page, pictures: string, run: string): Stopwatch {
  const began = performance.now();
  const lines: string[] = [];
  let clicks = 0;
  const note = (what: string): void => {
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    lines.push(`${seconds.padStart(5)} s  ${String(clicks).padStart(2)}  ${what}`);
  };
  const click = async (what: string, where: Locator): Promise<void> => {
    await where.click();
    clicks++;
    note(what);
  };
  const picture = async (name: string): Promise<void> => {
    // Trays and dialogs slide in.
    await page.waitForTimeout(700);
    await page.screenshot({ path: path.join(pictures, `${run}-${name}.png`) });
  };
  return {
    lines,
    clicks: () => clicks,
    note,
    click,
    picture,
    doubleClick: async (what, where) => {
      await where.dblclick();
      clicks += 2;
      note(`double click on ${what}`);
      await page.locator(".red-ui-tray form").first().waitFor();
    },
    importExample: async (name) => {
      const shelf = page.locator("#red-ui-clipboard-dialog-import-tab-examples .red-ui-treeList-label-text");
      await click("the menu", page.locator("#red-ui-header-button-sidemenu"));
      await click("Import", page.locator("#menu-item-import"));
      await click("Examples", page.locator("#red-ui-clipboard-dialog-import-tabs >> text=Examples"));
      await click("the package", shelf.filter({ hasText: "@holdfast/node-red-shopify-odoo" }));
      await shelf.filter({ hasText: name }).waitFor();
      await picture("1-examples");
      await click(name, shelf.filter({ hasText: name }));
      await click("Import", page.locator("#red-ui-clipboard-dialog-ok"));
      await picture("2-imported");
    },
  };
}

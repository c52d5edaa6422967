import { type Browser, type Locator, type Page, chromium as playwright } from "playwright-core";

/** Any Chromium of this machine; `CHROMIUM` names another. */
export const chromium = process.env.CHROMIUM ?? "/usr/bin/chromium";

export function launchBrowser(): Promise<Browser> {
  return playwright.launch({
    executablePath: chromium,
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/**
 * Node-RED 5 shows its first tip one second after it read the user's settings; where the keyboard map takes longer
 * than that, there is no box for it yet (RED.sidebar.info, `tipBox`). So without this package, too.
 */
function isLateTip({ message, stack = "" }: Error): boolean {
  return (
    /undefined \(reading 'html'\)/.test(message) && !/holdfast/.test(stack) && /red\.min\.js/.test(stack)
  );
}

export interface EditorOptions {
  url: string;
  /** 4.1 is light, always. */
  scheme?: "light" | "dark";
  width?: number;
  height?: number;
  /** Of somebody who is signed in. */
  token?: string;
  /** Pixels a CSS pixel, for pictures. */
  scale?: number;
  /** The browser's language. */
  locale?: string;
}

/** The editor in a browser, loaded, with what it complained about. */
export interface Editor {
  page: Page;
  /** Console errors, uncaught exceptions and failed requests. */
  complaints: string[];
  openDialog(nodeId: string): Promise<void>;
  closeDialog(): Promise<void>;
  close(): Promise<void>;
}

export async function openEditor(browser: Browser, options: EditorOptions): Promise<Editor> {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1280, height: options.height ?? 900 },
    deviceScaleFactor: options.scale ?? 1,
    locale: options.locale ?? "en-US",
  });
  await context.addInitScript(
    (scheme) => localStorage.setItem("view-dark-theme", scheme),
    options.scheme ?? "light",
  );
  if (options.token !== undefined)
    await context.addInitScript(
      (token) => localStorage.setItem("auth-tokens", JSON.stringify({ access_token: token })),
      options.token,
    );
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.text().startsWith("Validation error"))
      complaints.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => {
    if (!isLateTip(error)) complaints.push(`exception: ${error.stack ?? error.message}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 400) complaints.push(`HTTP ${response.status()}: ${response.url()}`);
  });
  await page.goto(options.url);
  await page.locator(".red-ui-palette-node:visible").first().waitFor();
  await page.locator("#red-ui-loading-progress").waitFor({ state: "hidden" });

  return {
    page,
    complaints,
    async openDialog(nodeId) {
      await page.evaluate((id) => {
        const { RED } = globalThis as unknown as { RED: EditorGlobal };
        const node = RED.nodes.node(id);
        if (node?._def.category === "config") RED.editor.editConfig("", node.type, id);
        else RED.editor.edit(node!);
      }, nodeId);
      await page.locator(".red-ui-tray form").first().waitFor();
      // The tray slides in.
      await page.waitForTimeout(600);
    },
    async closeDialog() {
      await page.locator("#node-dialog-cancel, #node-config-dialog-cancel").first().click();
      await page.locator(".red-ui-tray").waitFor({ state: "detached" });
    },
    close: () => context.close(),
  };
}

/** What an open dialog shows that it should not: places without their text, things wider than it, fields marked red. */
export function wrongInDialog(tray: Locator): Promise<Record<"empty" | "overflowing" | "red", unknown[]>> {
  return tray.locator(".holdfast").evaluate((form) => {
    const visible = [...form.querySelectorAll<HTMLElement>("*")].filter((each) => each.offsetParent);
    return {
      empty: visible
        .filter((each) => {
          if (!each.dataset.i18n) return false;
          const [, attribute] = /^\[([\w-]+)\]/.exec(each.dataset.i18n) ?? [];
          return !(attribute && attribute !== "html" ? each.getAttribute(attribute) : each.textContent);
        })
        .map((each) => each.dataset.i18n),
      overflowing: visible
        .filter((each) => each.getBoundingClientRect().right > form.getBoundingClientRect().right + 1)
        .map((each) => each.outerHTML),
      red: [...form.querySelectorAll(".input-error")].map((each) => each.id || each.className),
    };
  });
}

/** What the tests use of the editor's own API. */
export interface EditorGlobal {
  nodes: {
    node(id: string): EditorNode | null;
    getType(type: string): EditorNode["_def"];
    filterNodes(filter: { type: string }): EditorNode[];
    getNodeHelp(type: string): string;
  };
  sidebar: { help: { show(type: string): void } };
  view: { importNodes(nodes: object[], options: object): void };
  editor: { edit(node: EditorNode): void; editConfig(name: string, type: string, id: string): void };
}

export interface EditorNode {
  id: string;
  type: string;
  valid: boolean;
  validationErrors?: string[];
  _def: { category: string; label: () => string };
}

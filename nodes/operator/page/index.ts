/** One program, two places: a tab of the editor's sidebar, and a page of its own. */
import type { Host } from "./api.ts";
import { startApp } from "./app.ts";
import { type FlowEditor, markFlows } from "./flow-marks.ts";
import { listenToComms } from "./live.ts";
import { moreRoom } from "./more-room.ts";
import { signIn, signOut, storedToken } from "./sign-in.ts";
import { setTexts } from "./texts.ts";

interface Editor extends FlowEditor {
  settings: { apiRootUrl?: string; get(name: string): { access_token?: string } | null };
  comms: {
    subscribe(topic: string, listener: () => void): void;
    unsubscribe(topic: string, listener: () => void): void;
  };
}

/** In the language of the editor, where somebody chose one there, else of the browser. Returns which. */
async function loadTexts(root: string): Promise<string> {
  const chosen = localStorage.getItem("editor-language") ?? "";
  const response = await fetch(`${root}holdfast/texts?lng=${encodeURIComponent(chosen)}`);
  const language = response.headers.get("Content-Language") ?? "en-US";
  setTexts(await response.json(), language);
  return language;
}

/** In the editor, which signs people in and keeps the channel open. */
async function mountInEditor(place: HTMLElement, RED: Editor): Promise<void> {
  const root = RED.settings.apiRootUrl ?? "";
  await loadTexts(root);
  markFlows(RED);
  startApp(place, {
    root,
    token: () => RED.settings.get("auth-tokens")?.access_token ?? null,
    listen: (onCounts) => {
      RED.comms.subscribe("holdfast/counts", onCounts);
      return () => RED.comms.unsubscribe("holdfast/counts", onCounts);
    },
    onSignedOut: null,
    signOut: null,
    page: `${root}holdfast`,
    moreRoom,
  });
}

async function mountPage(place: HTMLElement): Promise<void> {
  document.documentElement.lang = await loadTexts("");
  let end = (): void => {};
  const enter = (): void => {
    let refused = false;
    const host: Host = {
      root: "",
      token: storedToken,
      listen: (onCounts) => listenToComms("", storedToken, onCounts),
      page: null,
      moreRoom: () => null,
      onSignedOut: () => {
        // Several requests are refused one after the other; the form that is being filled in stays.
        if (refused) return;
        refused = true;
        end();
        void signIn(place, enter);
      },
      signOut: () => {
        end();
        void signOut().then(() => signIn(place, enter));
      },
    };
    end = startApp(place, host);
  };
  enter();
}

const page = document.getElementById("holdfast-operator-page");
if (page) void mountPage(page);
else (window as unknown as { holdfastOperator: object }).holdfastOperator = { mount: mountInEditor };

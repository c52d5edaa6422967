import type { Host } from "./api.ts";
import { button, h, outLink } from "./dom.ts";
import { t } from "./texts.ts";
import type { Overview } from "./types.ts";

/** How it stands as a whole, who is signed in, and where else this can be seen. */
export function whoIsHere(
  { you, queues, health }: Overview,
  host: Host,
  { acts, moved }: { acts(): void; moved(): void },
): HTMLElement[] {
  const room = host.moreRoom();
  const takeRoom = (): void => {
    room?.();
    moved();
  };
  return [
    h("span", { class: `hf-pill hf-${health.status}` }, t(`operator.health.${health.status}`)),
    ...(room ? [button(t("operator.act.moreRoom"), takeRoom, { keep: "more room" })] : []),
    ...(you.mayWrite ? [] : [h("span", { class: "hf-small" }, t("operator.readOnly"))]),
    ...(queues.length > 0 ? [button(t("operator.acts.title"), acts, { keep: "acts" })] : []),
    ...(host.page ? [outLink(t("operator.act.openPage"), host.page)] : []),
    ...(host.signOut && host.token()
      ? [button(t("operator.signOut", { name: you.name }), host.signOut, { keep: "sign out" })]
      : host.onSignedOut && you.name === "anonymous"
        ? [button(t("operator.signIn.go"), host.onSignedOut, { keep: "sign in" })]
        : []),
  ];
}

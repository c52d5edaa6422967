import { button, h } from "./dom.ts";
import { t } from "./texts.ts";

interface Login {
  type?: "credentials" | "strategy";
  prompts?: { id?: string; type: string; label: string; url?: string }[];
}

/** The editor keeps its token under this name, so whoever is signed in there is signed in here. */
function tokenName(): string {
  return `auth-tokens${location.pathname.replace(/\/holdfast$/, "").replaceAll("/", "-")}`;
}

export function storedToken(): string | null {
  try {
    const stored = JSON.parse(localStorage.getItem(tokenName()) ?? "null") as {
      access_token?: string;
    } | null;
    return stored?.access_token ?? null;
  } catch {
    return null;
  }
}

export async function signOut(): Promise<void> {
  const token = storedToken();
  localStorage.removeItem(tokenName());
  if (token)
    await fetch("auth/revoke", {
      method: "POST",
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
      body: JSON.stringify({ token }),
    }).catch(() => {});
}

/** Node-RED's own login, asked for in its own words. */
export async function signIn(place: HTMLElement, onSignedIn: () => void): Promise<void> {
  const login = (await (await fetch("auth/login")).json()) as Login;
  const problem = h("p", { class: "hf-problem", role: "alert" });
  if (login.type !== "credentials") {
    const url = login.prompts?.find((prompt) => prompt.url)?.url;
    place.replaceChildren(
      h(
        "main",
        { class: "hf-sign-in" },
        h("h1", {}, t("operator.title")),
        h("p", {}, t("operator.signIn.strategy")),
        url ? h("a", { class: "hf-button hf-primary", href: url }, t("operator.signIn.go")) : null,
      ),
    );
    return;
  }
  const fields = (login.prompts ?? []).map(({ id = "", type }) => {
    const label = id === "password" ? t("operator.signIn.password") : t("operator.signIn.username");
    const input = h("input", {
      class: "hf-input",
      type: type === "password" ? "password" : "text",
      name: id,
      autocomplete: id === "password" ? "current-password" : "username",
      required: true,
    });
    return { id, input, row: h("label", { class: "hf-field" }, h("span", {}, label), input) };
  });
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    problem.textContent = "";
    const response = await fetch("auth/token", {
      method: "POST",
      body: new URLSearchParams({
        client_id: "node-red-editor",
        grant_type: "password",
        scope: "",
        ...Object.fromEntries(fields.map(({ id, input }) => [id, input.value])),
      }),
    });
    if (!response.ok) {
      problem.textContent = t("operator.signIn.failed");
      return fields[0]?.input.focus();
    }
    localStorage.setItem(tokenName(), JSON.stringify(await response.json()));
    onSignedIn();
  };
  const go = button(t("operator.signIn.go"), () => {}, { kind: "hf-primary", type: "submit" });
  place.replaceChildren(
    h(
      "main",
      { class: "hf-sign-in" },
      h("h1", {}, t("operator.title")),
      h("form", { onsubmit: submit as never }, ...fields.map(({ row }) => row), problem, go),
    ),
  );
  fields[0]?.input.focus();
}

import { button, h } from "./dom.ts";
import { t } from "./texts.ts";

export interface Question {
  title: string;
  text: string;
  confirm: string;
  /** A field to fill in; what it holds is the answer. */
  field?: {
    label: string;
    value?: string;
    required?: boolean;
    rows?: number;
    check?: (value: string) => string | null;
  };
}

/** Asks, in a dialog that keeps the focus. Null: no. Without a field the answer is "". */
export function ask(place: HTMLElement, { title, text, confirm, field }: Question): Promise<string | null> {
  return new Promise((resolve) => {
    const before = document.activeElement as HTMLElement | null;
    const problem = h("p", { class: "hf-problem", role: "alert" });
    const input =
      field &&
      h("textarea", {
        class: field.rows ? "hf-input hf-code" : "hf-input",
        rows: field.rows ?? 2,
        "aria-label": field.label,
        spellcheck: "false",
        value: field.value ?? "",
        dir: field.rows ? "ltr" : "auto",
      });
    const end = (answer: string | null): void => {
      dialog.close();
      dialog.remove();
      before?.focus?.();
      resolve(answer);
    };
    const accept = (): void => {
      const value = input?.value ?? "";
      const wrong =
        field?.required && value.trim() === ""
          ? t("operator.dialog.required", { field: field.label })
          : (field?.check?.(value) ?? null);
      if (wrong === null) return end(value);
      problem.textContent = wrong;
      input?.focus();
    };
    const dialog = h(
      "dialog",
      {
        class: `hf-dialog${field?.rows ? " hf-wide" : ""}`,
        "aria-label": title,
        oncancel: (event: Event) => {
          event.preventDefault();
          end(null);
        },
        // The editor has shortcuts of its own.
        onkeydown: (event: KeyboardEvent) => {
          event.stopPropagation();
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey || !input)) {
            event.preventDefault();
            accept();
          }
        },
      },
      h("h2", {}, title),
      h("p", { dir: "auto" }, text),
      field && h("label", { class: "hf-field" }, h("span", {}, field.label), input),
      problem,
      h(
        "div",
        { class: "hf-line hf-end" },
        button(t("operator.act.cancel"), () => end(null)),
        button(confirm, accept, { kind: "hf-primary" }),
      ),
    );
    place.append(dialog);
    dialog.showModal();
    (input ?? dialog.querySelector<HTMLElement>(".hf-primary"))?.focus();
  });
}

export interface KeyActs {
  isOpen(): boolean;
  close(): void;
  search(): void;
  mayRetry(): boolean;
  retry(): void;
}

/** What keys do on `listened`, with the list and the opened event inside it. Returns how to end it. */
export function startKeys(
  listened: HTMLElement,
  { list, detail }: { list: HTMLElement; detail: HTMLElement },
  acts: KeyActs,
): () => void {
  const onKey = (event: KeyboardEvent): void => {
    const target = event.target as HTMLElement;
    const typing = target.matches("input:not([type=checkbox]), textarea, select");
    const rowButtons = [...list.querySelectorAll<HTMLElement>(".hf-row-button")];
    const at = rowButtons.indexOf(target);
    const handled = (): void => {
      event.preventDefault();
      event.stopPropagation();
    };
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    // A dialog's keys are its own; none of them is the editor's.
    if (target.closest("dialog")) return event.stopPropagation();
    if (event.key === "Escape" && acts.isOpen() && !typing) {
      handled();
      acts.close();
    } else if (typing) {
      // Letters are letters there, and none of the editor's shortcuts.
      event.stopPropagation();
    } else if (event.key === "/") {
      handled();
      acts.search();
    } else if (at >= 0 && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      handled();
      rowButtons[at + (event.key === "ArrowDown" ? 1 : -1)]?.focus();
    } else if (event.key === "r" && acts.mayRetry() && detail.contains(target)) {
      handled();
      acts.retry();
    }
  };
  listened.addEventListener("keydown", onKey);
  return () => listened.removeEventListener("keydown", onKey);
}

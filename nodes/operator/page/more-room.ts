/**
 * Node-RED 5 puts two tabs one above the other in a column and gives the upper one 300 pixels. A click on the other's
 * button folds that away, as a person would do it; its API has nothing for it. Null where nothing shares the column.
 */
export function moreRoom(): (() => void) | null {
  const ours = document.querySelector('[data-tab-id="holdfast-operator"]')?.parentElement;
  const groups = [...(ours?.parentElement?.querySelectorAll(":scope > .button-group") ?? [])];
  // In pairs: upper and lower of the left column, then of the right.
  const other = ours ? groups[groups.indexOf(ours) ^ 1] : undefined;
  const shown = other?.querySelector<HTMLElement>("[data-tab-id].selected");
  return shown ? () => shown.click() : null;
}

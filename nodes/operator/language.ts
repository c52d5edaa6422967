/**
 * Which of the languages that there are somebody gets, like "es-ES" for "es-MX".
 * @param chosen what the person chose in the editor, or "".
 * @param accepted the browser's Accept-Language, its preferred one first.
 */
export function languageFor(chosen: string, accepted: string, have: string[]): string {
  const wanted = [chosen, ...accepted.split(",").map((one) => one.split(";")[0]!.trim())];
  const primary = (tag: string): string => tag.toLowerCase().split("-")[0]!;
  const found = wanted.map(
    (tag) => have.find((name) => name === tag) ?? have.find((name) => primary(name) === primary(tag)),
  );
  return found.find((name) => name !== undefined) ?? "en-US";
}

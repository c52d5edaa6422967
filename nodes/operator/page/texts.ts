/** Every visible word, from the locale file; times and numbers as its language writes them. */

type Texts = { [key: string]: string | Texts };
let texts: Texts = {};
let language = "en-US";

export function setTexts(loaded: Texts, inLanguage: string): void {
  texts = loaded;
  language = inLanguage;
}

/** A text with its places filled. `count` chooses between `key_one` and `key_other`, which serves for "many", too. */
export function t(key: string, values: Record<string, string | number> = {}): string {
  const form =
    "count" in values ? `${key}_${new Intl.PluralRules(language).select(Number(values.count))}` : undefined;
  const found = (form && look(form)) ?? look(`${key}_other`) ?? look(key) ?? key;
  return found.replace(/__(\w+?)__/g, (whole, name: string) =>
    name in values ? (typeof values[name] === "number" ? number(values[name]) : String(values[name])) : whole,
  );
}

function look(key: string): string | undefined {
  let at: string | Texts | undefined = texts;
  for (const part of key.split(".")) at = typeof at === "object" ? at[part] : undefined;
  return typeof at === "string" ? at : undefined;
}

export function number(n: number): string {
  return new Intl.NumberFormat(language).format(n);
}

/** "12 Mar, 14:05:09", with the year when it is another one. */
export function time(at: number): string {
  const date = new Date(at);
  const sameYear = date.getFullYear() === new Date().getFullYear();
  return new Intl.DateTimeFormat(language, {
    month: "short",
    day: "numeric",
    ...(sameYear ? {} : { year: "numeric" as const }),
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  }).format(date);
}

/** "45 s", "12 min", "3 h", "2 d" */
export function duration(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 90) return t("operator.time.seconds", { n: s });
  if (s < 90 * 60) return t("operator.time.minutes", { n: Math.round(s / 60) });
  if (s < 36 * 3600) return t("operator.time.hours", { n: Math.round(s / 3600) });
  return t("operator.time.days", { n: Math.round(s / 86_400) });
}

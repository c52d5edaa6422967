/** One line of the table. */
export interface Figure {
  figure: string;
  measured: string;
  /** What issue 3 asks for; empty where it only asks what it is. */
  reach: string;
  /** Null where there is nothing to reach. */
  ok: boolean | null;
  /** What keeps it from being better. */
  bound: string;
}

/** A measurement that fills some lines of the table. */
export interface Row {
  name: string;
  measure(options: RowOptions): Promise<{ figures: Figure[]; limits?: Limit[] }>;
}

export interface RowOptions {
  /** Writes CPU profiles of Node-RED and of the queue's thread there. */
  profileFolder: string | null;
  say(line: string): void;
}

/** What the machine itself does, beside what is built on it. */
export interface Limit {
  what: string;
  value: string;
}

export function count(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

export function ratio(value: number): string {
  return value.toFixed(2);
}

export function ms(value: number): string {
  return `${value < 10 ? value.toFixed(2) : value.toFixed(0)} ms`;
}

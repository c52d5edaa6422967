/** A wall-clock time in a zone as UTC, both "YYYY-MM-DD HH:MM:SS"; an hour that comes twice is the winter one. */
export function toUtc(local: string, zone: string): string {
  const wall = Date.parse(`${local.replace(" ", "T")}Z`);
  // pytz: localize(is_dst=False) takes standard time (odoo/addons/base/models/ir_fields.py, _str_to_datetime).
  const offsets = [wall - 86_400_000, wall + 86_400_000].map((at) => offsetAt(at, zone));
  const fitting = offsets.filter((offset) => offsetAt(wall - offset, zone) === offset);
  const utc = wall - Math.min(...(fitting.length > 0 ? fitting : offsets));
  return new Date(utc).toISOString().slice(0, 19).replace("T", " ");
}

const formats = new Map<string, Intl.DateTimeFormat>();

function offsetAt(utc: number, zone: string): number {
  if (zone === "UTC") return 0;
  let format = formats.get(zone);
  if (!format) {
    const options = { timeZone: zone, hourCycle: "h23", dateStyle: "short", timeStyle: "medium" } as const;
    try {
      format = new Intl.DateTimeFormat("sv-SE", options);
    } catch {
      // Odoo takes UTC for a zone it does not know.
      format = new Intl.DateTimeFormat("sv-SE", { ...options, timeZone: "UTC" });
    }
    formats.set(zone, format);
  }
  return Date.parse(`${format.format(utc).replace(" ", "T")}Z`) - Math.floor(utc / 1000) * 1000;
}

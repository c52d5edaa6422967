/**
 * Rounds half away from zero in floating point, nudged by an epsilon, exactly as Odoo does
 * (odoo/tools/float_utils.py, float_round, 19.0): the stand-in keeps Odoo's floats, quirks included.
 */
export function floatRound(value: number, digits: number): number {
  if (value === 0) return 0;
  const factor = 10 ** digits;
  const normalized = value * factor;
  const epsilon = 2 ** (Math.log2(Math.abs(normalized)) - 50);
  const nudged = normalized + Math.sign(normalized) * epsilon;
  return (Math.sign(nudged) * Math.round(Math.abs(nudged))) / factor;
}

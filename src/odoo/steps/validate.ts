import { failureOf, HoldfastError } from "../../failure.ts";
import { isWizard } from "../operations.ts";
import { isAway, type Run, refusal } from "../run.ts";
import { fieldName, translateValues } from "../versions.ts";
import { lotCommands } from "./lots.ts";
import { isOver, type Move, type Picking, readMoves, readPickings } from "./moves.ts";

/** What moves of one picking have done when it is validated, by the move's id; its other moves stay open. */
export interface Filling {
  picking: number;
  done: ReadonlyMap<number, number>;
}

/**
 * Moves exactly these quantities; the rest of each picking becomes a backorder.
 * @throws HoldfastError when Odoo refuses, or is away.
 */
export async function validate(run: Run, { picking, done }: Filling): Promise<void> {
  const now = (await readPickings(run, [picking])).get(picking);
  if (!now || now.state === "done") return;
  if (now.state === "draft") await run.client.call("stock.picking", "action_confirm", { ids: [picking] });
  const moves = await readMoves(run, { pickings: [picking] });
  // Somebody else validated it just now: a quantity written then would move goods again.
  if (moves.some(({ state }) => state === "done")) return;
  const byLot = await lotCommands(run, moves, done);
  const commands = moves.flatMap((move) => {
    const lines = byLot.get(move.id);
    return lines ? [[1, move.id, { move_line_ids: lines }]] : command(run, move, done.get(move.id));
  });
  const field = fieldName(run.major, "stock.picking", "move_ids") ?? "move_ids";
  await fill(run, now, { [field]: commands });
  const answer = await press(run, picking);
  const after = (await readPickings(run, [picking])).get(picking);
  if (after?.state === "done") return;
  throw answer instanceof HoldfastError ? answer : undone(after?.name ?? now.name, answer);
}

async function fill(run: Run, { id, name }: Picking, vals: Record<string, unknown>): Promise<void> {
  try {
    await run.client.call("stock.picking", "write", { ids: [id], args: { vals } });
  } catch (error) {
    // A line that was there a moment ago: somebody else validates.
    if (failureOf(error, "odoo").code !== "record_missing") throw error;
    throw refusal("conflict", "concurrent_update", `somebody else works on ${name} right now`);
  }
}

function command(run: Run, move: Move, done: number | undefined): unknown[] {
  if (isOver(move.state)) return [];
  const values = done === undefined ? { picked: false } : { quantity: done, picked: true };
  if (done === undefined && !move.picked && run.major >= 17) return [];
  // Before 17 what is not to be moved has a quantity of zero.
  const whole = done === undefined && run.major < 17 ? { quantity: 0 } : values;
  return [[1, move.id, translateValues(run.major, "stock.move", whole)]];
}

/** @returns Odoo's answer, or its refusal: somebody else may have been quicker. */
async function press(run: Run, picking: number): Promise<unknown> {
  try {
    return await run.client.call("stock.picking", "button_validate", {
      ids: [picking],
      // Each would open a dialog instead, and nothing would be moved.
      context: { skip_backorder: true, skip_immediate: true, skip_sms: true, skip_expired: true },
    });
  } catch (error) {
    if (isAway(error) || failureOf(error, "odoo").class === "conflict") throw error;
    return error;
  }
}

function undone(name: string, answer: unknown): HoldfastError {
  return refusal(
    "rejected",
    "not_validated",
    isWizard(answer)
      ? `Odoo did not validate ${name}: it wants to ask a person ("${answer.name || answer.res_model}")`
      : `Odoo did not validate ${name}`,
    `Validate ${name} in Odoo by hand, then retry.`,
  );
}

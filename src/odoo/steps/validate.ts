import { failureOf, HoldfastError } from "../../failure.ts";
import { isWizard } from "../operations.ts";
import { isAway, type Run, refusal } from "../run.ts";
import { fieldName, translateValues } from "../versions.ts";
import { isOver, type Move, readMoves, readPickings } from "./moves.ts";

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
  const commands = moves.flatMap((move) => command(run, move, done.get(move.id)));
  const field = fieldName(run.major, "stock.picking", "move_ids") ?? "move_ids";
  await run.client.call("stock.picking", "write", { ids: [picking], args: { vals: { [field]: commands } } });
  const answer = await press(run, picking);
  const after = (await readPickings(run, [picking])).get(picking);
  if (after?.state === "done") return;
  throw answer instanceof HoldfastError ? answer : undone(after?.name ?? now.name, answer);
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

import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { migrate } from "./migrations.ts";

const PAGE = 4096;
const WAL_FORMAT = 2;

/**
 * A copy of a file whose first page, which says where everything is, was replaced by that of a new file: tables are
 * always made in the same order, so they begin at the same pages. For reading only.
 */
export function copyWithNewFirstPage(file: string): { file: string; remove(): void } {
  const folder = mkdtempSync(path.join(tmpdir(), "holdfast-salvage-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    const copy = path.join(folder, "copy.db");
    copyFileSync(file, copy);
    if (existsSync(`${file}-wal`)) copyFileSync(`${file}-wal`, `${copy}-wal`);
    const fresh = path.join(folder, "fresh.db");
    const db = new DatabaseSync(fresh);
    migrate(db, 0);
    db.close();
    const page = readFileSync(fresh).subarray(0, PAGE);
    page.fill(WAL_FORMAT, 18, 20);
    // No page count and no free pages: SQLite then goes by the file's size.
    page.fill(0, 28, 40);
    page.fill(0xff, 92, 96);
    const handle = openSync(copy, "r+");
    writeSync(handle, page, 0, PAGE, 0);
    closeSync(handle);
    return { file: copy, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

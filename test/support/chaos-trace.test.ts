import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { readTrace } from "./chaos-trace.ts";
import { temporaryFolder } from "./temporary.ts";

const hex = (text: string): string =>
  [...Buffer.from(text)].map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("");

describe("what strace says of a process", () => {
  const folder = temporaryFolder();
  after(() => folder.remove());

  const read = (...lines: string[]) => {
    const file = path.join(folder.path, "trace");
    writeFileSync(file, lines.join("\n"));
    return readTrace(file, "/queue");
  };
  const answer = `write(35<TCP:[127.0.0.1:1880->127.0.0.1:4242]>, "${hex("HTTP/1.1 200 OK\r\n\r\n")}", 19`;

  it("an answer that had returned", () => {
    assert.deepEqual(read(`7 ${answer}) = 19`), [
      { kind: "answer", clientPort: 4242, status: 200, line: 0, end: 0 },
    ]);
  });

  it("an answer that another thread's line came into", () => {
    assert.deepEqual(read(`7 ${answer} <unfinished ...>`, "8 fsync(3) = 0", "7 <... write resumed>) = 19"), [
      { kind: "answer", clientPort: 4242, status: 200, line: 0, end: 2 },
    ]);
  });

  for (const cutOff of [" <unfinished ...>", ") = ?", ") = ? <unavailable>"])
    it(`an answer in whose middle the process was killed may have been sent: “${cutOff.trim()}”`, () => {
      assert.deepEqual(read(`7 ${answer}${cutOff}`, "7 +++ killed by SIGKILL +++"), [
        {
          kind: "answer",
          clientPort: 4242,
          status: 200,
          line: 0,
          end: Number.POSITIVE_INFINITY,
        },
      ]);
    });

  it("and one whose end nobody saw, begun in two lines", () => {
    assert.deepEqual(
      read(`7 ${answer} <unfinished ...>`, "7 <... write resumed>) = ?", "7 +++ killed by SIGKILL +++"),
      [{ kind: "answer", clientPort: 4242, status: 200, line: 0, end: Number.POSITIVE_INFINITY }],
    );
  });
});

import fc from "fast-check";
import { expect, test } from "vitest";
import type { ProcessEnd } from "../../src/process/spawn.ts";
import { comparisonWith } from "../../src/run/expected.ts";

const exited = (exitCode: number): ProcessEnd => ({
  ended: "exited",
  exitCode,
  durationMs: 1,
  stdoutBytes: 1,
});
function holds(expect: string, pieces: readonly string[], exitCode = 0): boolean {
  const comparison = comparisonWith(expect);
  for (const piece of pieces) comparison.push(piece);
  return comparison.holds(exited(exitCode));
}

test.each([
  ['output "3"', "3\n", 0, true],
  ['output "0"', "0\n", 1, true],
  ['output "3"', "       3\n\n", 0, true],
  ['output "3"', "3 a.ts\n", 0, false],
  ['output "3"', "13\n", 0, false],
  ['output "3"', "3\n4\n", 0, false],
  ['output "3"', "", 0, false],
  ['output ""', " \n", 0, true],
  ['output ""', "a", 0, false],
  ['contains "a b"', "x a b", 1, true],
  ['contains "a b"', "a  b", 0, false],
  ['contains "na\u00efve"', "na\u00ad\u00efve", 0, true],
  ['contains "42 passed"', "42\u00a0passed", 0, true],
  ["exit 3", "", 3, true],
  ["exit 3", "3", 0, false],
])("%s of %j with exit status %i: %j", (expected, output, exitCode, answer) => {
  expect(holds(expected, [output], exitCode)).toBe(answer);
});

test("an expected text is found wherever the output is cut into pieces", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", " ", "\n"), maxLength: 12 });
  fc.assert(
    fc.property(text, fc.array(text, { maxLength: 6 }), (wanted, pieces) => {
      expect(holds(`contains "${wanted}"`, pieces)).toBe(pieces.join("").includes(wanted));
      expect(holds(`output "${wanted}"`, pieces)).toBe(pieces.join("").trim() === wanted.trim());
    }),
    { numRuns: 2000 },
  );
});

test("a command that did not exit does not do what is expected", () => {
  const end: ProcessEnd = { ended: "timeout", durationMs: 1, stdoutBytes: 1 };
  for (const expected of ["exit 0", 'contains ""', 'output ""']) {
    expect(comparisonWith(expected).holds(end)).toBe(false);
  }
});

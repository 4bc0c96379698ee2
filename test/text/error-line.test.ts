import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { errorLine } from "../../src/text/error-line.ts";

const recorded = (name: string): string =>
  fileURLToPath(new URL(`../fixtures/tool-output/${name}`, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "interserve-lines-"));
let files = 0;
function fileWith(text: string): string {
  files += 1;
  const file = join(folder, `${files}.txt`);
  writeFileSync(file, text);
  return file;
}

describe("the line that names the error in the output of", () => {
  test.each([
    ["cargo-1.95.0-build", "error[E0308]: mismatched types"],
    [
      "cargo-1.95.0-test",
      "thread 'tests::sums' (28941) panicked at src/lib.rs:16:9: assertion `left == right` failed",
    ],
    ["go-1.19.8-build", "./sums.go:6:3: invalid operation: sum += item (mismatched types string and int)"],
    ["go-1.19.8-test", "sums_test.go:13: Total([1 2]) = 2, want 3"],
    ["make-4.3-no-rule", "make: *** No rule to make target 'nosuch.c', needed by 'a.o'.  Stop."],
    ["make-4.3-recipe", "make: *** [Makefile:5: bad] Error 1"],
    ["node-20.20.2-missing-module", "Error: Cannot find module '/project/missing.js'"],
    [
      "node-20.20.2-test-spec",
      "AssertionError [ERR_ASSERTION]: Expected values to be strictly equal: 4 !== 5",
    ],
    ["node-20.20.2-test-tap", "not ok 2 - multiplies"],
    ["node-20.20.2-throw", "TypeError: cannot read the port"],
    ["npm-11.19.1-conflict", "npm error ERESOLVE unable to resolve dependency tree"],
    ["npm-11.19.1-missing-script", 'npm error Missing script: "nosuch"'],
    [
      "npm-11.19.1-not-found",
      "npm error 404 Not Found - GET https://registry.npmjs.org/no-such-package-of-anyone-4711",
    ],
    ["npm-11.19.1-test", "not ok 2 - multiplies"],
    ["pytest-9.0.3", "FAILED test_sum.py::test_total - assert 2 == 3"],
    ["pytest-9.0.3-import", "E   ModuleNotFoundError: No module named 'nosuchmodule'"],
    ["pytest-9.0.3-quiet", "FAILED test_sum.py::test_total - assert 2 == 3"],
    [
      "python-3.11.7-traceback",
      "json.decoder.JSONDecodeError: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
    ],
    ["tsc-5.9.3", "a.ts(1,7): error TS2322: Type 'string' is not assignable to type 'number'."],
    ["tsc-5.9.3-pretty", "a.ts:1:7 - error TS2322: Type 'string' is not assignable to type 'number'."],
    ["vitest-4.1.12", "AssertionError: expected 4 to be 5 // Object.is equality"],
  ])("%s is %j", async (name, line) => {
    expect(await errorLine(recorded(`${name}.stderr`), recorded(`${name}.stdout`))).toBe(line);
  });
});

describe("the line that names the error", () => {
  test.each([
    ["first\nit broke\n\n", "it broke"],
    ["error: port 80 is in use\n\nFor help, see https://example.org\n", "error: port 80 is in use"],
    ["2026-01-02T03:04:05Z ERROR cannot bind\nbye\n", "2026-01-02T03:04:05Z ERROR cannot bind"],
    ["[ERROR] no such table\n[INFO] done\n", "[ERROR] no such table"],
    ["sh: 1: frob: not found\n", "sh: 1: frob: not found"],
    ["a.c:3:5: warning: unused\na.c:4:1: error: expected ';'\n", "a.c:4:1: error: expected ';'"],
    ["cat: a: No such file or directory\ncontinuing\n", "cat: a: No such file or directory"],
    ["KeyError: 'a'\n\nDuring handling of the above exception\n\nValueError: bad b\n", "ValueError: bad b"],
    ["error Command failed with exit code 3.\n", "error Command failed with exit code 3."],
    ["loading\rError: no disk\r\n", "Error: no disk"],
    ["0 errors\nran out of luck\n", "ran out of luck"],
    ["warning: old\n", "warning: old"],
    ["usage: frob [-x] FILE\n", "usage: frob [-x] FILE"],
    ["42\n}\n**VERDICT: CLEAN**\n", ""],
    ["", ""],
  ])("of the standard error %j is %j", async (text, line) => {
    expect(await errorLine(fileWith(text))).toBe(line);
  });

  test.each([
    ["", "FAIL src/a.test.ts: expected 2, got 3\n", "FAIL src/a.test.ts: expected 2, got 3"],
    ["it broke\n", "3 tests failed\n", "it broke"],
    ["it broke\n", "Error: no disk\n", "Error: no disk"],
    ["error Command failed with exit code 1.\n", "Module not found: a\n", "Module not found: a"],
    ["npm warn old\n", "out of luck\n", "out of luck"],
  ])("of the standard error %j and the standard output %j is %j", async (stderr, stdout, line) => {
    expect(await errorLine(fileWith(stderr), fileWith(stdout))).toBe(line);
  });
});

import { describe, expect, test } from "vitest";
import type { Problem } from "../../src/problem.ts";
import { problemJson, renderProblem } from "../../src/terminal/problems.ts";

const problem = (changes: Partial<Problem> = {}): Problem => ({
  code: "wrong-type",
  severity: "error",
  message: "it is wrong",
  place: { file: "p.yaml", line: 3, column: 5, source: "a: bcd", length: 2 },
  ...changes,
});
const rendered = (changes: Partial<Problem>) => renderProblem(problem(changes), { color: false }).split("\n");
const at = (source: string, column: number, length = 1) => ({
  place: { file: "p.yaml", line: 3, column, source, length },
});

describe("for people", () => {
  test("place, severity, code and message; the line and what is meant in it", () => {
    expect(rendered({})).toEqual([
      "p.yaml:3:5 error wrong-type: it is wrong",
      "  3 | a: bcd",
      "    |     ~~",
    ]);
  });

  test("a hint, and second places with lines of their own, the gutter as wide as the widest", () => {
    const related = [
      { message: "first here", place: { file: "q.yaml", line: 120, column: 1, source: "x", length: 1 } },
    ];
    expect(rendered({ severity: "warning", hint: "mend it", related })).toEqual([
      "p.yaml:3:5 warning wrong-type: it is wrong",
      "    3 | a: bcd",
      "      |     ~~",
      "  hint: mend it",
      "  q.yaml:120:1 first here",
      "  120 | x",
      "      | ~",
    ]);
  });

  test("no line, no squiggle: a file that is not there, an empty line", () => {
    expect(rendered({ place: { file: "p.yaml", line: 1, column: 1 } })).toHaveLength(1);
    expect(rendered(at("   ", 1))).toHaveLength(1);
  });

  test("tabs stay, so that the squiggle stands under what it means", () => {
    expect(rendered(at("\ta:\tb", 5)).slice(1)).toEqual(["  3 | \ta:\tb", "    | \t  \t~"]);
  });

  test.each([1, 50, 119, 500, 880, 1000])(
    "of a line of 1000 characters as much is shown as there is room for, column %i in it",
    (column) => {
      const source = `${"a".repeat(column - 1)}X${"b".repeat(1000 - column)}`;
      const [, line = "", squiggle = ""] = rendered(at(source, column));
      expect(line.length).toBeLessThan(132);
      expect(line[squiggle.indexOf("~")]).toBe("X");
      expect(squiggle.trimEnd().endsWith("| ~") || squiggle.match(/~/g)?.length === 1).toBe(true);
    },
  );

  test("a line of megabytes costs no more than a short one", () => {
    const source = "\u0001x".repeat(2_000_000);
    for (let count = 0; count < 2000; count += 1) {
      const [, line = ""] = rendered(at(source, 1 + count * 1000));
      expect(line.length).toBeLessThan(132);
    }
  });

  test("controls, escapes and marks that reorder text are shown as such, wherever they stand", () => {
    const evil = "\u001b[2J\u202e\u0007x\u{e0041}";
    const place = { file: evil, line: 1, column: 1, source: evil, length: 3 };
    const lines = rendered({ message: evil, hint: evil, place, related: [{ message: evil, place }] });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be there.
    expect(lines.join("")).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e\u{e0000}-\u{e0fff}]/u);
    expect(lines[2]).toBe("    | ~~~");
  });

  test("colours, where there are any, change no character of it", () => {
    const coloured = renderProblem(problem({ hint: "mend it" }), { color: true });
    expect(coloured).toContain("\u001b[31m");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is for.
    expect(coloured.replaceAll(/\u001b\[\d+m/g, "").split("\n")).toEqual(rendered({ hint: "mend it" }));
  });
});

describe("for programs", () => {
  test("seven keys, the hint null where there is none", () => {
    expect(problemJson(problem())).toEqual({
      code: "wrong-type",
      severity: "error",
      message: "it is wrong",
      file: "p.yaml",
      line: 3,
      column: 5,
      hint: null,
    });
  });

  test("second places, where there are any", () => {
    const place = { file: "q.yaml", line: 1, column: 2, source: "secret" };
    expect(problemJson(problem({ hint: "h", related: [{ message: "m", place }] }))).toMatchObject({
      hint: "h",
      related: [{ message: "m", file: "q.yaml", line: 1, column: 2 }],
    });
  });
});

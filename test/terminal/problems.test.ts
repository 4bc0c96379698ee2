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

describe("a problem for people", () => {
  test("has its place, severity, code and message, and the source line with the part that is meant", () => {
    expect(rendered({})).toEqual([
      "p.yaml:3:5 error wrong-type: it is wrong",
      "  3 | a: bcd",
      "    |     ~~",
    ]);
  });

  test("has its hint and its related places with their lines, in a gutter as wide as the longest number", () => {
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

  test("has no squiggle if the file is missing or the line is empty", () => {
    expect(rendered({ place: { file: "p.yaml", line: 1, column: 1 } })).toHaveLength(1);
    expect(rendered(at("   ", 1))).toHaveLength(1);
  });

  test("keeps tabs, so that the squiggle is in the right place", () => {
    expect(rendered(at("\ta:\tb", 5)).slice(1)).toEqual(["  3 | \ta:\tb", "    | \t  \t~"]);
  });

  test.each([1, 50, 119, 500, 880, 1000])(
    "shows part of a line of 1000 characters, with column %i in it",
    (column) => {
      const source = `${"a".repeat(column - 1)}X${"b".repeat(1000 - column)}`;
      const [, line = "", squiggle = ""] = rendered(at(source, column));
      expect(line.length).toBeLessThan(132);
      expect(line[squiggle.indexOf("~")]).toBe("X");
      expect(squiggle.trimEnd().endsWith("| ~") || squiggle.match(/~/g)?.length === 1).toBe(true);
    },
  );

  test("is rendered as fast for a line of megabytes as for a short one", () => {
    const source = "\u0001x".repeat(2_000_000);
    for (let count = 0; count < 2000; count += 1) {
      const [, line = ""] = rendered(at(source, 1 + count * 1000));
      expect(line.length).toBeLessThan(132);
    }
  });

  test("replaces control characters, escape sequences and marks that reorder text everywhere", () => {
    const evil = "\u001b[2J\u202e\u0007x\u{e0041}";
    const place = { file: evil, line: 1, column: 1, source: evil, length: 3 };
    const lines = rendered({ message: evil, hint: evil, place, related: [{ message: evil, place }] });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be there.
    expect(lines.join("")).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e\u{e0000}-\u{e0fff}]/u);
    expect(lines[2]).toBe("    | ~~~");
  });

  test("has the same text with and without colours", () => {
    const coloured = renderProblem(problem({ hint: "mend it" }), { color: true });
    expect(coloured).toContain("\u001b[31m");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is for.
    expect(coloured.replaceAll(/\u001b\[\d+m/g, "").split("\n")).toEqual(rendered({ hint: "mend it" }));
  });
});

describe("a problem for programs", () => {
  test("has seven keys, with the hint null if there is none", () => {
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

  test("has its related places if there are any", () => {
    const place = { file: "q.yaml", line: 1, column: 2, source: "secret" };
    expect(problemJson(problem({ hint: "h", related: [{ message: "m", place }] }))).toMatchObject({
      hint: "h",
      related: [{ message: "m", file: "q.yaml", line: 1, column: 2 }],
    });
  });
});

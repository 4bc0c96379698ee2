import { expect, test } from "vitest";
import { listed } from "../../src/text/list.ts";

const letters = (count: number) => Array.from("abcdefghijklmnopqrstuvwxyz").slice(0, count);

test.each([
  [0, ""],
  [1, "a"],
  [2, "a and b"],
  [3, "a, b and c"],
  [8, "a, b, c, d, e, f, g and h"],
  [9, "a, b, c, d, e, f, g, h and 1 more"],
  [26, "a, b, c, d, e, f, g, h and 18 more"],
])("a list of %d words names at most eight", (count, text) => {
  expect(listed(letters(count))).toBe(text);
});

test("the last word and the number of words can be chosen", () => {
  expect(listed(letters(3), { last: "or" })).toBe("a, b or c");
  expect(listed(letters(3), { most: 1 })).toBe("a and 2 more");
});

import { expect, test } from "vitest";
import { oneLine } from "../../src/text/one-line.ts";

test("line breaks and tabs become one space, and unprintable characters are replaced", () => {
  expect(oneLine(" a\r\n\tb\u2028c ")).toBe("a b\ufffdc");
});

test("a long text is cut to the length with an ellipsis", () => {
  expect(oneLine("abcdef", 6)).toBe("abcdef");
  expect(oneLine("abcdefg", 6)).toBe("abcde…");
  expect(oneLine("x".repeat(501))).toHaveLength(500);
});

test("a surrogate pair is not split by the cut", () => {
  expect(oneLine("🦀".repeat(300))).toMatch(/^🦀{249}…$/u);
});

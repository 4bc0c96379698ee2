import { expect, test } from "vitest";
import { counted, duration } from "../../src/text/measures.ts";

test.each([
  [0, "0.0s"],
  [0.44, "0.4s"],
  [9.94, "9.9s"],
  [9.96, "10s"],
  [59.99, "59s"],
  [60, "1m 00s"],
  [3599, "59m 59s"],
  [3600, "1h 00m"],
  [90_000, "25h 00m"],
])("%d seconds are %s", (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});

test("a number is counted in singular and plural", () => {
  expect([0, 1, 2].map((number) => counted(number, "task"))).toEqual(["0 tasks", "1 task", "2 tasks"]);
});

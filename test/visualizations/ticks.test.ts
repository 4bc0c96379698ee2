import { expect, test } from "vitest";
import { ticksOf } from "../../visualizations/page/text.ts";

test.each([
  [1, 8, [0]],
  [8000, 8, [0, 1, 2, 3, 4, 5, 6, 7]],
  [8001, 8, [0, 2, 4, 6, 8]],
  [3_600_000, 8, [0, 600, 1200, 1800, 2400, 3000]],
  [3_600_000, 4, [0, 900, 1800, 2700]],
])("an axis of %s ms has at most %s ticks, at round moments", (span, max, seconds) => {
  expect(ticksOf(span, max).map((at) => at / 1000)).toEqual(seconds);
});

test("an axis of a year has fewer than 40 ticks", () => {
  expect(ticksOf(365 * 86_400_000, 8).length).toBeLessThan(40);
});

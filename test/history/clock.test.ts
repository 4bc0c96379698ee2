import { expect, test } from "vitest";
import { RunClock } from "../../src/history/clock.ts";

test("a run's clock follows the monotonic clock from its start, whatever the wall clock says", () => {
  const clock = new RunClock();
  expect(clock.restart({ wall: 1000, monotonic_s: 50 })).toBe(1000);
  expect(clock.advance({ wall: 9_999_999, monotonic_s: 51.5 })).toBe(2500);
  expect(clock.timeOf({ wall: 0, monotonic_s: 52 })).toBe(3000);
});

test("without a monotonic clock, as in 0.1.0, a run's clock never goes back", () => {
  const clock = new RunClock();
  clock.restart({ wall: 1000 });
  expect([2000, 1500, 2200].map((wall) => clock.advance({ wall }))).toEqual([2000, 2000, 2200]);
});

test("a resumed run's clock goes on where it was, even if the machine was restarted or its clock set back", () => {
  const clock = new RunClock();
  clock.restart({ wall: 1000, monotonic_s: 50 });
  clock.advance({ wall: 3000, monotonic_s: 52 });
  expect(clock.restart({ wall: 500, monotonic_s: 3 })).toBe(3000);
  expect(clock.advance({ wall: 600, monotonic_s: 4 })).toBe(4000);
});

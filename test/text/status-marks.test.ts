import { expect, test } from "vitest";
import { isStatusLine, withoutStatusMarks } from "../../src/text/status-marks.ts";

test.each([
  ["✅ Cart (done)", "Cart"],
  ["Cart ✔️", "Cart"],
  ["Cart [x]", "Cart"],
  ["[ ] Cart", "Cart"],
  ["Cart — DONE", "Cart"],
  ["Cart (completed 2026-01-02)", "Cart"],
  ["Cart [DONE] ✅", "Cart"],
  ["Cart", "Cart"],
  ["Done", "Done"],
  ["✅", "✅"],
  ["Mark orders as done", "Mark orders as done"],
  ["Compute (pending orders)", "Compute (pending orders)"],
])("the status marks of %j are removed", (line, expected) => {
  expect(withoutStatusMarks(line)).toBe(expected);
});

test.each([
  "**Status:** done",
  "**Status: done**",
  "Status: ✅ Complete",
  "- **Status**: In progress",
  "> Status: done (abc1234)",
  "| Status | done |",
  "Status: `done`",
  "Status: completed by Pat on Monday",
  "**Progress:** 3/5",
  "Status:",
])("%j is a line of status", (line) => {
  expect(isStatusLine(line)).toBe(true);
});

test.each(["Status: 404 when missing", "Status: the code", "State: stored in Redis", "Status: openings"])(
  "%j is a requirement, not a line of status",
  (line) => {
    expect(isStatusLine(line)).toBe(false);
  },
);

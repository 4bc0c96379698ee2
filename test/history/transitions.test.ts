import { describe, expect, test } from "vitest";
import { chartOf } from "../../machines/chart.ts";
import { orchestratorMachine } from "../../machines/orchestrator.machine.ts";
import { taskMachine } from "../../machines/task.machine.ts";
import { modes } from "../../schemas/manifest.ts";
import { runRows, taskRows } from "../../src/history/transitions.ts";

type Line = readonly [
  from: string,
  to: string | undefined,
  event: string,
  guard?: string,
  ...rest: unknown[],
];

const lineOf = (from: string, to: string | undefined, event: string, guard: string | undefined) =>
  `${from}: ${event}${guard ? ` [${guard}]` : ""}${to === undefined ? "" : ` → ${to}`}`;
const rowsOf = (rows: Readonly<Record<string, readonly Line[]>>) =>
  Object.values(rows).flatMap((all) => all.map(([from, to, event, guard]) => lineOf(from, to, event, guard)));
const linesOf = (machine: Parameters<typeof chartOf>[0]) =>
  chartOf(machine).transitions.map(({ from, to, event, guard }) => lineOf(from, to, event, guard));
const all = (lines: readonly string[]) => [...new Set(lines)].sort();

/** Transitions without a row, and why. */
const ofTasks = {
  "leaves nothing in the journal": [
    "working: task.cancel",
    "working.verifying: done(verify) [isStarved] → working.verifying",
  ],
  "shown as one verification": [
    "working.verifying: done(verify) [wasDisturbed] → working.awaitingOthers",
    "working.awaitingOthers: done(othersSettled) → working.verifying",
    "working.awaitingOthers: task.cancel → cancelled",
  ],
  "never taken: the actor does not reject": ["waiting: error(backoff) → ready"],
};
const ofRuns = {
  "leaves nothing in the journal": [
    ": task.settled [isStale]",
    ": question.dismissed",
    "cancelling: run.cancel",
    "cancelling: task.answer",
    "settled: run.cancel",
    "settled: run.withhold",
    "settled: task.answer",
  ],
  "never taken: the actor does not reject": [
    "awaitingAnswers: error(askQuestions) → settled",
    "awaitingApproval: error(approveBatch) → cancelling",
  ],
  "leaves the same event as run.cancel": ["awaitingApproval: done(approveBatch) → cancelling"],
};

describe("the rows of the fold", () => {
  test("are the task chart's transitions, but for those that no event tells of", () => {
    const rows = rowsOf(taskRows);
    expect(all([...rows, ...Object.values(ofTasks).flat()])).toEqual(all(linesOf(taskMachine)));
    expect(rows).toHaveLength(all(rows).length);
  });

  test("are the orchestrator's transitions in all modes, but for those that no event tells of", () => {
    const charted = modes.flatMap((mode) => linesOf(orchestratorMachine(mode)));
    const rows = rowsOf(runRows);
    expect(all([...rows, ...Object.values(ofRuns).flat()])).toEqual(all(charted));
    expect(rows).toHaveLength(all(rows).length);
  });
});

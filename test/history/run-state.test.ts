import fc from "fast-check";
import { expect, test } from "vitest";
import type { ChartTransition } from "../../machines/chart.ts";
import type { RunEvent } from "../../schemas/event.ts";
import { RunState } from "../../src/history/run-state.ts";
import type { Transition } from "../../src/history/transitions.ts";
import { foldJournal } from "../../src/history/validate.ts";
import { drive, orchestrator, plans, type Rest } from "./machines.ts";

const choices = fc.infiniteStream(fc.nat(99));
const stateAfter = (events: readonly RunEvent[]) => new RunState(events.map((event) => ({ event })));
const plain = ({ from, to, event, guard }: Transition | ChartTransition) => ({ from, to, event, guard });

/** The last of the transitions that a machine took since some events that left something in the journal. */
function lastRecorded(name: string, taken: readonly ChartTransition[], since: readonly RunEvent[]) {
  const requeued = taken.filter(({ event }) => event === "task.requeue" || event === "task.answer");
  const ready = since.filter(({ event }) => event === "task.ready");
  const hasSettled = since.some((event) => event.event === "task.settled" && event.task === name);
  return taken.findLast(({ from, to, event, guard, actions }) => {
    // A batch that is skipped whole opens without a word, and what a resume keeps has settled before.
    if (guard === "batchHasSettled") return ready.length > requeued.length;
    if (guard === "wasDone" || guard === "wasParked") return hasSettled;
    const isIgnored = to === undefined && actions.length === 0;
    return !isIgnored && !(from === "working" && event === "task.cancel");
  });
}

test("at rest, the fold is in the machines' states and names the last transition of each", async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(plans, choices, async (plan, stream) => {
      const check = ({ events, since, states, taken }: Rest) => {
        const run = stateAfter(events);
        for (const [name, state] of Object.entries(states)) {
          const machine = name === orchestrator ? run : run.tasks.get(name);
          expect([name, machine?.state]).toEqual([name, state]);
          const last = lastRecorded(name, taken.get(name) ?? [], since);
          if (!last) continue;
          const { lastTransition } = machine ?? {};
          expect([name, lastTransition && plain(lastTransition)]).toEqual([name, plain(last)]);
          seen.add(`${last.from} ${last.event} ${last.guard ?? ""}`);
        }
      };
      await drive(plan, () => stream.next().value ?? 0, check);
    }),
    { numRuns: 200 },
  );
  expect(seen.size).toBeGreaterThan(28);
});

test("any beginning of a run's journal is valid, and its rest leads to the state of the whole", async () => {
  await fc.assert(
    fc.asyncProperty(plans, choices, async (plan, stream) => {
      const events = await drive(plan, () => stream.next().value ?? 0);
      const whole = stateAfter(events);
      expect(foldJournal(events)).toEqual({ run: whole, rejected: [] });
      for (let length = 1; length < events.length; length += 1) {
        const folded = foldJournal(events.slice(0, length));
        if (!("run" in folded)) throw new Error(`${folded.index}: ${folded.message}`);
        const { run } = folded;
        for (const event of events.slice(length)) run.apply(event);
        expect(run).toEqual(whole);
      }
    }),
    { numRuns: 40 },
  );
});

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { RunEvent } from "../../schemas/event.ts";
import { foldJournal, type ValidRun } from "../../src/history/validate.ts";
import { readJournal } from "../../src/journal/read-journal.ts";

const folder = fileURLToPath(new URL("../fixtures/journals", import.meta.url));
const journals = readdirSync(folder).flatMap((name) => /^(.*)\.jsonl$/.exec(name)?.[1] ?? []);

const eventsOf = async (name: string): Promise<RunEvent[]> =>
  (await readJournal(join(folder, `${name}.jsonl`))).entries.map(({ event }) => event);
const folded = (events: readonly RunEvent[]): ValidRun => {
  const history = foldJournal(events);
  if (!("run" in history)) throw new Error(`${history.index}: ${history.message}`);
  expect(history.rejected).toEqual([]);
  return history.run;
};

test.each(journals)(
  "every beginning of %s.jsonl is valid: the run may have been killed there",
  async (name) => {
    const events = await eventsOf(name);
    for (let length = 1; length <= events.length; length += 1) folded(events.slice(0, length));
  },
);

test("after a resume, a task that is not kept runs again, and keeps its status until it starts", async () => {
  const events = await eventsOf("failed");
  const [started] = events;
  if (started?.event !== "run.started") throw new Error("expected run.started");
  const { v: _, options: __, ...job } = started as typeof started & { v: number };
  const at = "2100-01-01T00:00:00.000Z";
  const resumed: RunEvent = { ...job, event: "run.resumed", at, kept: ["a", "b"], again: [] };
  const { tasks } = folded([...events, resumed]);
  expect([...tasks].filter(([, { runsAgain }]) => runsAgain).map(([id, { status }]) => [id, status])).toEqual(
    [
      ["c", "fail"],
      ["d", "skipped"],
    ],
  );
  const key = tasks.get("c")?.attempts[0]?.key ?? { prompt: "", options: "", results: "" };
  const { run } = started;
  const once = folded([...events, resumed, { event: "task.started", at, run, task: "c", attempt: 2, key }]);
  expect(once.tasks.get("c")).toMatchObject({ runsAgain: false, status: undefined });
  expect(once.tasks.get("d")?.runsAgain).toBe(true);
});

describe("an event that cannot come next is rejected with its index", () => {
  const mutations: readonly [string, (events: RunEvent[]) => RunEvent[], number, string][] = [
    ["no event at all", () => [], 0, "expected run.started, found nothing"],
    [
      "a journal without its beginning",
      (events) => events.slice(1),
      0,
      "expected run.started first, found task.ready",
    ],
    [
      "a second run.started",
      (events) => [events[0] as RunEvent, ...events],
      1,
      "expected one run.started, found another",
    ],
    [
      "an event of another run",
      (events) => [...events.slice(0, 2), { ...events[2], run: "x" } as RunEvent],
      2,
      "expected run 20260101-120000-0001, found x",
    ],
    [
      "an attempt that starts twice",
      (events) => twice(events, "task.started"),
      3,
      "expected attempt 2 of a, found 1",
    ],
    [
      "a result without its attempt",
      (events) => events.filter(({ event }) => event !== "task.started"),
      2,
      "expected task.started of a first, found task.attempted",
    ],
    [
      "a pass without a result",
      (events) => events.filter(({ event }) => event !== "task.attempted"),
      3,
      "expected a to settle as its last attempt ended (no outcome), found pass",
    ],
    [
      "a pass of a failed attempt",
      (events) => events.map(failing),
      4,
      "expected a to settle as its last attempt ended (fail), found pass",
    ],
    [
      "an event after the end",
      (events) => twice(events, "task.settled", events.length),
      19,
      "expected task.answered or run.resumed after run.finished, found task.settled",
    ],
    [
      "an unknown task",
      (events) => [...events.slice(0, 1), { ...events[1], task: "zz" } as RunEvent],
      1,
      'unknown task "zz"',
    ],
  ];
  const twice = (
    events: RunEvent[],
    name: string,
    at = 1 + events.findIndex(({ event }) => event === name),
  ) => {
    const one = events.find(({ event }) => event === name) as RunEvent;
    return [...events.slice(0, at), one, ...events.slice(at)];
  };
  const failing = (event: RunEvent): RunEvent =>
    event.event === "task.attempted" ? { ...event, outcome: { status: "fail" } } : event;

  test.each(mutations)("%s", async (_, mutate, index, message) => {
    const folded = foldJournal(mutate(await eventsOf("finished")));
    const first = "run" in folded ? folded.rejected[0] : folded;
    expect(first).toEqual({ index, message });
    // Only without its beginning is nothing of the journal believed.
    expect("run" in folded).toBe(!message.includes("expected run.started"));
  });
});

describe("a task of which an event is rejected", () => {
  const rejecting = async (mutate: (events: RunEvent[]) => RunEvent[]) => {
    const folded = foldJournal(mutate(await eventsOf("finished")));
    if (!("run" in folded)) throw new Error(folded.message);
    return folded.run;
  };
  const isOf = (task: string, name: RunEvent["event"]) => (event: RunEvent) =>
    event.event === name && "task" in event && event.task === task;

  test("is in doubt, and no other task is", async () => {
    const run = await rejecting((events) => events.filter((event) => !isOf("a", "task.attempted")(event)));
    expect([...run.tasks.values()].filter(({ isInDoubt }) => isInDoubt).map(({ id }) => id)).toEqual(["a"]);
  });

  test("is no longer in doubt once it has started again", async () => {
    const run = await rejecting((events) => {
      const [started] = events.filter(isOf("a", "task.started")) as Extract<
        RunEvent,
        { event: "task.started" }
      >[];
      const rest = events.filter(
        (event) => !isOf("a", "task.attempted")(event) && event.event !== "run.finished",
      );
      return started ? [...rest, { ...started, attempt: 2 }] : [];
    });
    expect(run.task("a")?.isInDoubt).toBeUndefined();
  });
});

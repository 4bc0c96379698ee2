import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { RunEvent } from "../../schemas/event.ts";
import { outcomeOf } from "../../src/history/run-state.ts";
import { foldJournal, type ValidRun } from "../../src/history/validate.ts";
import { readJournal } from "../../src/journal/read-journal.ts";

const folder = fileURLToPath(new URL("../fixtures/journals", import.meta.url));
const golden = readdirSync(folder)
  .filter((name) => name.endsWith(".jsonl"))
  .map((name) => [name.replace(".jsonl", ""), join(folder, name)] as const);

const folded = (events: readonly RunEvent[]): ValidRun => {
  const history = foldJournal(events);
  if ("index" in history) throw new Error(`${history.index}: ${history.message}`);
  return history;
};
/** Each task in a word: what it settled as, or how far it came. */
const words = ({ tasks, finished }: ValidRun) => ({
  ...Object.fromEntries(
    [...tasks].map(([id, task]) => [
      id,
      `${task.status ?? `open ${outcomeOf(task)?.status ?? ""}`} ${task.attempts.length}`.replace("  ", " "),
    ]),
  ),
  exit: finished?.exit_code,
});

describe("journals of real runs are read as they were", () => {
  test.each([
    ["finished", { a: "pass 1", b: "warn 1", c: "pass 1", d: "pass 1", exit: 0 }],
    ["failed", { a: "pass 1", b: "warn 1", c: "fail 1", d: "skipped 0", exit: 1 }],
    ["cancelled", { a: "pass 1", b: "warn 1", c: "cancelled 1", d: "cancelled 0", exit: 130 }],
    ["halfway", { a: "pass 1", b: "warn 1", c: "open 1", d: "open 0", exit: undefined }],
    ["parked", { a: "pass 1", q: "question 2", r: "skipped 0", exit: 1 }],
  ])("%s", async (name, expected) => {
    const { events, problems } = await readJournal(join(folder, `${name}.jsonl`));
    expect(problems).toEqual([]);
    expect(words(folded(events))).toEqual(expected);
  });

  test.each(golden)("every beginning of %s is a run that was killed there, and folds", async (_, file) => {
    const { events } = await readJournal(file);
    for (let length = 1; length <= events.length; length += 1) folded(events.slice(0, length));
  });
});

test("resumed, what is not kept is to run again, and says until then what it came to", async () => {
  const { events } = await readJournal(join(folder, "failed.jsonl"));
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

describe("a journal that no run can have written is an error that names the event", () => {
  const mutations: readonly [string, (events: RunEvent[]) => RunEvent[]][] = [
    ["without its beginning", (events) => events.slice(1)],
    ["with two beginnings", (events) => [events[0] as RunEvent, ...events]],
    ["another run's event", (events) => [...events.slice(0, 2), { ...events[2], run: "x" } as RunEvent]],
    ["an attempt twice", (events) => twice(events, "task.started")],
    ["a result without its attempt", (events) => events.filter(({ event }) => event !== "task.started")],
    ["a pass without a result", (events) => events.filter(({ event }) => event !== "task.attempted")],
    ["a pass of a failed attempt", (events) => events.map(failing)],
    ["more behind its end", (events) => twice(events, "task.settled", events.length)],
    ["an unknown task", (events) => [...events.slice(0, 1), { ...events[1], task: "zz" } as RunEvent]],
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

  test.each(mutations)("%s", async (_, mutate) => {
    const { events } = await readJournal(join(folder, "finished.jsonl"));
    const result = foldJournal(mutate([...events]));
    expect(result).toMatchObject({ index: expect.any(Number), message: expect.any(String) });
  });
});

describe("a journal's file", () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "interserve-journal-"));
  });
  afterEach(() => rm(dir, { recursive: true }));
  const whole = readFileSync(join(folder, "finished.jsonl"));
  const read = async (bytes: Buffer | string) => {
    const file = join(dir, "journal.jsonl");
    await writeFile(file, bytes);
    return readJournal(file);
  };

  test("cut at any byte, it gives its whole lines, and a warning where one is torn", async () => {
    for (let length = 0; length <= whole.length; length += 7) {
      const { events, length: good, problems } = await read(whole.subarray(0, length));
      const lines = whole.subarray(0, length).toString().split("\n").length - 1;
      expect(events).toHaveLength(lines);
      expect(good).toBe(whole.subarray(0, length).lastIndexOf(10) + 1);
      expect(problems.map(({ code }) => code)).toEqual(good < length ? ["journal-torn"] : []);
    }
  });

  test.each([
    ["a line of another kind", '{"v":1,"event":"task.exploded"}', /expected/],
    ["a line that is no JSON", "oops", /expected a JSON object/],
    ["a newer version", '{"v":2,"event":"task.ready"}', /version 1, found 2/],
    ["zeros, as a crashed disk leaves them", "\0\0\0\0", /expected a JSON object/],
  ])("%s in the middle is an error with its line", async (_, line, message) => {
    const lines = whole.toString().split("\n");
    lines.splice(4, 1, line);
    const { problems } = await read(lines.join("\n"));
    expect(problems).toMatchObject([{ code: "journal-damaged", severity: "error", place: { line: 5 } }]);
    expect(problems[0]?.message).toMatch(message);
  });
});

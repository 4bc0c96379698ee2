import fc from "fast-check";
import { createColors } from "picocolors";
import stringWidth from "string-width";
import { describe, expect, test } from "vitest";
import type { RunEvent } from "../../schemas/event.ts";
import { statuses } from "../../schemas/outcome.ts";
import { RunState } from "../../src/history/run-state.ts";
import { frameOf } from "../../src/terminal/frame.ts";
import { at, began, evil, finished, obeyed, resumed, start, started } from "../report/events.ts";

const none = createColors(false);

/** The frame of a run, `second` seconds after its start. */
function frame(
  events: readonly RunEvent[],
  { second = 60, columns = 80, rows = 24, activity = {} as Record<string, string>, colors = none } = {},
): readonly string[] {
  const view = new RunState();
  for (const event of events) view.apply(event);
  const shown = { colors, now: began + second * 1000, activity: new Map(Object.entries(activity)) };
  return frameOf(view, { columns, rows }, shown);
}

const pass = (task: string, second = 0) =>
  at({ event: "task.settled", task, status: "pass", duration_s: 2 }, second);
const park = (task: string, reason: string, status: "question" | "escalated" = "question") =>
  at({ event: "task.settled", task, status, duration_s: 2, reason });
const attempted = (task: string, outcome: object, gates = 0) =>
  at({
    event: "task.attempted",
    task,
    attempt: 1,
    duration_s: 1,
    outcome: { status: "pass", ...outcome },
    gates,
  });
const wait = (task: string, until: number, reason: string) =>
  at({
    event: "task.waiting",
    task,
    attempt: 1,
    reason,
    wait_s: 90,
    until: new Date(began + until * 1000).toISOString(),
  });

const staged = started([
  { id: "a", title: "Schema", stage: "Core" },
  { id: "b", title: "Parser", stage: "Core" },
  { id: "c", title: "Index", stage: "Search" },
  { id: "d", title: "Ranking", stage: "Search" },
  { id: "e", title: "Guide", stage: "Docs" },
]);

describe("a frame", () => {
  test("groups running tasks under their stages, and has one line for all other stages", () => {
    const events = [staged, start("a"), start("b"), pass("a"), pass("b"), start("c", 48), start("d", 50)];
    expect(frame(events, { activity: { c: "$ npm test" } })).toEqual([
      "Search 0/2",
      "      12s c Index  $ npm test",
      "      10s d Ranking",
      "stages: 1 done, 1 pending",
      "2/5 1m 00s  2 pass, 2 running, 1 pending",
    ]);
  });

  test("shows verifying tasks, numbers of attempts, and why and how long tasks wait", () => {
    const events = [
      staged,
      start("a"),
      attempted("a", {}, 2),
      start("b", 0, 1),
      start("b", 30, 2),
      start("c"),
      attempted("c", { status: "error", failure: "rate_limited" }),
      wait("c", 150, "resets at noon"),
      start("d"),
      attempted("d", { status: "error", failure: "transient" }),
      wait("d", 72.5, "connection reset"),
    ];
    expect(frame(events)).toEqual([
      "Core 0/2",
      "   1m 00s a verifying Schema",
      "      30s b attempt 2 Parser",
      "Search 0/2",
      "   in 13s d retry: connection reset",
      "  in 1m 30s c usage limit: resets at noon",
      "stages: 1 pending",
      "0/5 1m 00s  1 running, 1 verifying, 2 waiting, 1 pending",
    ]);
  });

  test("shows each question with the command that answers it, which is never cut", () => {
    const events = [
      staged,
      start("a"),
      start("b"),
      park("a", "which port?"),
      park("b", "cannot", "escalated"),
    ];
    expect(frame(events)).toEqual([
      "stages: 1 done, 2 pending",
      "? a asks: which port?",
      '  interserve answer r1 a "…"',
      "? b needs a person: cannot",
      '  interserve answer r1 b "…"',
      "2/5 1m 00s  1 question, 1 escalated, 3 pending",
    ]);
    expect(frame(events.slice(0, 4), { columns: 20 }).slice(-4)).toEqual(
      ["? a asks: which", "port?", "  interserve answer", '  r1 a "…"', "1/5 1m 00s  1 ques…"].slice(-4),
    );
  });

  test("keeps the count of a stage whose name is cut", () => {
    const tasks = [
      { id: "a", stage: "A stage with a long name" },
      { id: "b", stage: "B" },
    ];
    expect(frame([started(tasks), start("a")], { columns: 20 })[0]).toBe("A stage with a… 0/1");
  });

  test("keeps a long question to three lines", () => {
    const lines = frame([started([{ id: "a" }]), park("a", "word ".repeat(99))], { columns: 30 });
    expect(lines.filter((line) => line.includes("word"))).toHaveLength(3);
    expect(lines[2]).toMatch(/ …$/);
  });

  test("shows that the run is paused, at a limit or cancelled", () => {
    const held = at({ event: "batch.held", next: ["c", "d"] });
    expect(frame([staged, pass("a"), pass("b"), held]).at(-2)).toBe("paused before the next batch: c, d");
    const withheld = at({ event: "run.withheld", reason: "1000 tokens are used" });
    const line = "limit: 1000 tokens are used; no more tasks are started";
    expect(frame([staged, start("a"), withheld]).at(-2)).toBe(line);
    const cancelled = at({ event: "run.cancelled", reason: "interrupted by SIGINT" });
    expect(frame([staged, start("a"), withheld, cancelled]).slice(-3, -1)).toEqual([
      "cancelled: interrupted by SIGINT; stopping running tasks",
      line,
    ]);
  });

  test("of a resumed run counts kept tasks, shows open questions, and counts time from the resumption", () => {
    const tasks = [{ id: "a" }, { id: "b" }, { id: "c" }];
    const events = [
      started(tasks),
      start("a"),
      pass("a"),
      start("b"),
      park("b", "why?"),
      start("c"),
      finished({ pass: 1 }),
      resumed(tasks, ["a", "b"], 40),
      start("c", 45, 2),
    ];
    expect(frame(events)).toEqual([
      "    15s c attempt 2",
      "? b asks: why?",
      '  interserve answer r1 b "…"',
      "2/3 20s  1 pass, 1 question, 1 running",
    ]);
  });

  test("of 200 running tasks fills the screen with those that started first, and counts the others", () => {
    const tasks = Array.from({ length: 200 }, (_, task) => ({ id: `t${task}`, stage: `S${task % 4}` }));
    const events = [started(tasks), ...tasks.map(({ id }, second) => start(id, second / 10))];
    const lines = frame([...events, park("t150", "which?")]);
    expect(lines).toHaveLength(23);
    expect(lines.slice(-4)).toEqual([
      "… 184 more running",
      "? t150 asks: which?",
      '  interserve answer r1 t150 "…"',
      "1/200 1m 00s  1 question, 199 running",
    ]);
    const shown = lines.flatMap((line) => line.match(/ t\d+$/)?.[0].trim() ?? []);
    expect(shown.toSorted()).toEqual(Array.from({ length: 15 }, (_, task) => `t${task}`).toSorted());
    // A task that ends makes room for another one; the others keep their lines.
    const next = frame([...events, park("t150", "which?"), pass("t3")]);
    expect(next.filter((line) => !lines.includes(line))).toHaveLength(4);
  });

  test("gives questions half the room if a task is running", () => {
    const tasks = Array.from({ length: 40 }, (_, task) => ({ id: `t${task}` }));
    const asked = tasks.slice(0, 20).flatMap(({ id }) => [start(id), park(id, "?")]);
    const lines = frame([started(tasks), ...asked, ...tasks.slice(20).map(({ id }) => start(id))]);
    expect(lines.filter((line) => line.includes("asks"))).toHaveLength(5);
    expect(lines.filter((line) => /1m 00s t/.test(line))).toHaveLength(11);
    expect(lines.at(-1)).toBe("20/40 1m 00s  20 question, 20 running");
  });

  test.each([
    [1, []],
    [2, ["0/5 1m 00s  2 running, 3 pending"]],
    [3, [" 1m 00s a Schema", "0/5 1m 00s  2 running, 3 pending"]],
  ])("on %i rows keeps the most urgent lines", (rows, lines) => {
    expect(frame([staged, start("a"), start("c")], { rows })).toEqual(lines);
  });
});

const words = fc.constantFrom(
  "a",
  "b",
  "task-3",
  "字幅の広い文字",
  "👩‍👩‍👧 family",
  "é́",
  evil,
  "x".repeat(200),
  "",
  " ",
);
const ids = fc.oneof(words, fc.string({ unit: "grapheme" }));
const seconds = fc.integer({ min: -10, max: 4000 });
const someEvent: fc.Arbitrary<RunEvent> = fc
  .record({
    task: ids,
    other: ids,
    second: seconds,
    until: seconds,
    attempt: fc.nat(3),
    status: fc.constantFrom(...statuses),
  })
  .chain(({ task, other, second, until, attempt, status }) =>
    fc.constantFrom<RunEvent>(
      start(task, second, attempt),
      at({ event: "task.ready", task }, second),
      attempted(task, { status, ...(attempt === 1 ? { failure: "rate_limited" } : {}) }, attempt),
      wait(task, until, other),
      at({ event: "task.settled", task, status, duration_s: 1, reason: other }, second),
      at({ event: "batch.held", next: [task, other] }, second),
      at({ event: "run.withheld", reason: other }, second),
      at({ event: "run.cancelled", reason: other }, second),
      at({ event: "task.answered", task, attempt, text: other }, second),
      resumed([{ id: task, title: other, stage: other }], [task], second),
      finished({}),
    ),
  );

test("any frame fits on any screen, and no line contains text that a terminal obeys", () => {
  const tasks = fc.uniqueArray(fc.record({ id: ids, title: words, stage: words }), {
    selector: ({ id }) => id,
    maxLength: 40,
  });
  fc.assert(
    fc.property(
      tasks,
      fc.array(someEvent, { maxLength: 60 }),
      fc.record({ columns: fc.integer({ min: 1, max: 140 }), rows: fc.integer({ min: 1, max: 40 }) }),
      fc.integer({ min: 0, max: 5000 }),
      fc.boolean(),
      (tasks, events, { columns, rows }, second, colored) => {
        const all = [started(tasks), ...tasks.map(({ id }) => start(id)), ...events];
        const activity = Object.fromEntries(tasks.map(({ id, title }) => [id, `${title}字${id}`]));
        const lines = frame(all, { columns, rows, second, activity, colors: createColors(colored) });
        expect(lines.length).toBeLessThan(rows);
        for (const line of lines) {
          expect(stringWidth(line)).toBeLessThan(columns);
          // biome-ignore lint/suspicious/noControlCharactersInRegex: colours, which are its own.
          expect(line.replaceAll(/\u001b\[\d+m/g, "")).not.toMatch(obeyed);
          expect(line).not.toContain("\n");
        }
      },
    ),
    { numRuns: 500 },
  );
});

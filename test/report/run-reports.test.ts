import { join } from "node:path";
import { PassThrough } from "node:stream";
import { createColors } from "picocolors";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { RunEvent, RunEventBody } from "../../schemas/event.ts";
import { statuses } from "../../schemas/outcome.ts";
import { jsonReporter } from "../../src/report/json.ts";
import { liveReporter } from "../../src/report/live.ts";
import { plainReporter } from "../../src/report/plain.ts";
import { duration } from "../../src/report/reporter.ts";

const none = createColors(false);
const at = (body: RunEventBody): RunEvent =>
  ({ ...body, at: "2026-01-01T00:00:00.000Z", run: "r1" }) as RunEvent;
const key = { prompt: "p", options: "o", results: "r" };
const counts = (some: object) =>
  ({ ...Object.fromEntries(statuses.map((status) => [status, 0])), ...some }) as never;
const directory = join(process.cwd(), ".interserve/runs/r1");
const started = (tasks: readonly { id: string; title: string }[], rest: object = {}) =>
  at({
    event: "run.started",
    manifest: "/p/plan.exec.yaml",
    mode: "dependency-driven",
    max_parallel: 5,
    directory,
    options: {},
    tasks: tasks.map((task) => ({
      ...task,
      stage: "A",
      depends: [],
      files: [],
      engine: "codex",
      tier: "deep",
    })),
    ...rest,
  });
const finished = (some: object) =>
  at({
    event: "run.finished",
    counts: counts(some),
    exit_code: 1,
    duration_s: 83.4,
    usage: {},
    agent_attempts: 0,
    attempts_with_cost: 0,
  });
const evil = "\u001b[2J\u001b]0;owned\u0007two\nlines\u202e\u{e0041}";
// biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be there.
const obeyed = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e\u{e0000}-\u{e0fff}]/u;

function plain(events: readonly RunEvent[]): string {
  let text = "";
  const reporter = plainReporter({ write: (more) => (text += more) }, none);
  for (const event of events) reporter.event(event);
  return text;
}

describe("plain lines", () => {
  test("one for each thing that happens, and a summary of what did not pass, why, and where it lies", () => {
    const artifacts = join(directory, "tasks/b/2");
    expect(
      plain([
        started([
          { id: "a", title: "First" },
          { id: "b", title: "b" },
          { id: "c", title: "Third" },
        ]),
        at({ event: "task.ready", task: "a" }),
        at({ event: "task.started", task: "a", attempt: 1, key }),
        at({ event: "task.progress", task: "a", text: "reading" }),
        at({
          event: "task.attempted",
          task: "a",
          attempt: 1,
          duration_s: 1,
          outcome: { status: "pass" },
          gates: 0,
        }),
        at({ event: "task.settled", task: "a", status: "pass", duration_s: 1.23 }),
        at({ event: "task.started", task: "b", attempt: 2, key }),
        at({
          event: "task.settled",
          task: "b",
          status: "fail",
          duration_s: 75,
          reason: "exit status 3",
          artifacts,
        }),
        at({
          event: "task.settled",
          task: "c",
          status: "skipped",
          duration_s: 0,
          reason: "depends on b, which did not pass",
        }),
        at({ event: "batch.held", next: ["d", "e"] }),
        at({ event: "run.cancelled", reason: "ended by SIGINT" }),
        finished({ pass: 1, fail: 1, skipped: 1 }),
      ]),
    ).toBe(`r1  dependency-driven, 3 tasks, at most 5 at once
started   a First
pass      a First 1.2s
started   b, attempt 2
fail      b 1m 15s: exit status 3
skipped   c Third: depends on b, which did not pass
held      next batch: d, e
cancelled ended by SIGINT; ending what runs

  fail      b
            exit status 3
            .interserve/runs/r1/tasks/b/2
  skipped   c Third
            depends on b, which did not pass
1 pass, 1 fail, 1 skipped of 3 in 1m 23s
artifacts: .interserve/runs/r1
go on: interserve resume r1
`);
  });

  test("one at a time is said of all-sequential, and one task is one task", () => {
    const text = plain([started([{ id: "a", title: "a" }], { mode: "all-sequential" })]);
    expect(text).toBe("r1  all-sequential, 1 task, one at a time\n");
  });

  test("every status has a word, and all but pass are in the summary", () => {
    const tasks = statuses.map((status) => ({ id: `t-${status}`, title: `t-${status}` }));
    const text = plain([
      started(tasks),
      ...statuses.map((status) => at({ event: "task.settled", task: `t-${status}`, status, duration_s: 1 })),
      finished(Object.fromEntries(statuses.map((status) => [status, 1]))),
    ]);
    const [lines = "", summary = ""] = text.split("\n\n");
    for (const status of statuses) expect(lines).toMatch(new RegExp(`^${status.padEnd(9)} t-${status}`, "m"));
    expect(summary.match(/^ {2}\w+ +t-/gm)).toHaveLength(statuses.length - 1);
    expect(summary).toContain(`${statuses.map((status) => `1 ${status}`).join(", ")} of 8`);
  });

  test("nothing from outside is obeyed by a terminal or makes a line of its own", () => {
    const text = plain([
      started([{ id: evil, title: evil }], { directory: `/p/${evil}` }),
      at({ event: "task.started", task: evil, attempt: 1, key }),
      at({
        event: "task.settled",
        task: evil,
        status: "fail",
        duration_s: 1,
        reason: evil,
        artifacts: `/p/${evil}`,
      }),
      at({ event: "batch.held", next: [evil] }),
      at({ event: "run.cancelled", reason: evil }),
      finished({ fail: 1 }),
    ]);
    expect(text).not.toMatch(obeyed);
    expect(text.split("\n")).toHaveLength(5 + 1 + 3 + 3 + 1);
  });
});

test("--json is one event a line, whatever is in it", () => {
  let text = "";
  const event = at({ event: "task.progress", task: evil, text: "a\nb\u2028c" });
  jsonReporter({ write: (more) => (text += more) }).event(event);
  expect(text.split("\n")).toHaveLength(2);
  expect(JSON.parse(text)).toEqual(event);
});

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

describe("the live view", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** A terminal of a size that keeps what was written to it. */
  function terminal(columns: number, rows: number) {
    const stream = Object.assign(new PassThrough(), { columns, rows, isTTY: true });
    let written = "";
    stream.on("data", (data) => {
      written += data;
    });
    const take = () => {
      const text = written;
      written = "";
      return text;
    };
    return { stream: stream as unknown as NodeJS.WriteStream, take };
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is for.
  const bare = (text: string) => text.replaceAll(/\u001b\[[?\d;]*[A-Za-z]/g, "");
  const manyTasks = Array.from({ length: 100 }, (_, task) => ({
    id: `task-${task}`,
    title: `A title that goes on ${task}`,
  }));
  const startAll = (
    reporter: { event: (event: RunEvent) => void },
    tasks: readonly { id: string; title: string }[],
  ) => {
    reporter.event(started(tasks));
    for (const { id } of tasks) reporter.event(at({ event: "task.started", task: id, attempt: 1, key }));
  };

  test("a line for each running task with time and activity, and a count", () => {
    const { stream, take } = terminal(80, 24);
    const reporter = liveReporter(stream, none);
    startAll(reporter, [
      { id: "a", title: "First" },
      { id: "b", title: "b" },
    ]);
    reporter.event(at({ event: "task.progress", task: "a", text: "$ npm test" }));
    reporter.event(at({ event: "task.settled", task: "b", status: "pass", duration_s: 2 }));
    take();
    vi.advanceTimersByTime(200);
    expect(bare(take())).toMatch(/ +0\.2s a First {2}\$ npm test\n1\/2 settled, 1 running\n$/);
    reporter.event(finished({ pass: 1 }));
  });

  test.each([
    [80, 24],
    [20, 10],
    [10, 5],
    [5, 3],
    [1, 1],
    [300, 50],
    [0, 0],
  ])("100 running tasks on %i × %i fit on the screen", (columns, rows) => {
    const { stream, take } = terminal(columns, rows);
    const reporter = liveReporter(stream, none);
    startAll(reporter, manyTasks);
    for (const { id } of manyTasks)
      reporter.event(at({ event: "task.progress", task: id, text: `${"字".repeat(90)}${evil}` }));
    take();
    vi.advanceTimersByTime(200);
    const frame = bare(take()).replace(/\n$/, "").split("\n");
    expect(frame.length).toBeLessThanOrEqual(Math.max(2, (rows || 24) - 2));
    const width = (line: string) => [...line].reduce((sum, char) => sum + (char === "字" ? 2 : 1), 0);
    for (const line of frame) expect(width(line)).toBeLessThanOrEqual(columns || 80);
    if (columns >= 80) expect(frame.at(-1)).toMatch(/^0\/100 settled, 100 running, \d+ more running$/);
    reporter.event(finished({ cancelled: 100 }));
  });

  test("nothing from outside is obeyed", () => {
    const { stream, take } = terminal(200, 24);
    const reporter = liveReporter(stream, none);
    startAll(reporter, [{ id: evil, title: evil }]);
    reporter.event(at({ event: "task.progress", task: evil, text: evil }));
    vi.advanceTimersByTime(200);
    reporter.event(at({ event: "task.settled", task: evil, status: "fail", duration_s: 1, reason: evil }));
    reporter.event(finished({ fail: 1 }));
    const text = take();
    expect(text).not.toContain("\u001b[2J\u001b]");
    expect(bare(text)).not.toMatch(obeyed);
  });

  test("what has settled scrolls by above it, and the end leaves only the summary", () => {
    const { stream, take } = terminal(80, 24);
    const reporter = liveReporter(stream, none);
    startAll(reporter, [{ id: "a", title: "First" }]);
    reporter.event(at({ event: "task.settled", task: "a", status: "pass", duration_s: 2 }));
    expect(bare(take())).toContain("pass      a First 2.0s\n1/1 settled, 0 running\n");
    reporter.event(finished({ pass: 1 }));
    expect(bare(take())).toMatch(/1 pass of 1 in 1m 23s\nartifacts: \.interserve\/runs\/r1\n$/);
    vi.advanceTimersByTime(1000);
    expect(take()).toBe("");
    expect(vi.getTimerCount()).toBe(0);
  });

  test("it is silent while a person is asked something", () => {
    const { stream, take } = terminal(80, 24);
    const reporter = liveReporter(stream, none);
    startAll(reporter, [{ id: "a", title: "First" }]);
    reporter.pause?.();
    take();
    vi.advanceTimersByTime(1000);
    expect(take()).toBe("");
    reporter.resume?.();
    expect(bare(take())).toContain("0/1 settled, 1 running");
    reporter.event(finished({ pass: 1 }));
  });
});

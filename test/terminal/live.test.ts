import { EventEmitter } from "node:events";
import { createColors } from "picocolors";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { liveReporter } from "../../src/terminal/live.ts";
import { at, began, evil, finished, obeyed, start, started } from "../report/events.ts";
import { Screen } from "../screen.ts";

beforeEach(() => void vi.useFakeTimers({ now: began }));
afterEach(() => void vi.useRealTimers());

/** The live display on a terminal of 80 × 24. */
function live() {
  const screen = new Screen(80, 24, { pipe: true });
  let written = "";
  const stream = Object.assign(new EventEmitter(), {
    columns: 80,
    rows: 24,
    isTTY: true,
    write(text: string) {
      written += text;
    },
  });
  const reporter = liveReporter(stream as unknown as NodeJS.WriteStream, createColors(false));
  /** Takes what was written so far, and returns it with the rows that the screen then shows. */
  const take = async () => {
    const text = written;
    written = "";
    const done = screen.write(text);
    await vi.advanceTimersByTimeAsync(20);
    await done;
    return { text, rows: screen.rows() };
  };
  return { reporter, take, stream };
}

const tasks = [{ id: "a", title: "First" }, { id: "b" }];
const pass = (task: string) => at({ event: "task.settled", task, status: "pass", duration_s: 2 }, 2);

test("finished tasks scroll up above running tasks with their activity, and the counts", async () => {
  const { reporter, take } = live();
  for (const event of [started(tasks), start("a"), start("b"), pass("b")]) reporter.event(event);
  reporter.event(at({ event: "task.progress", task: "a", text: "$ npm test" }));
  await vi.advanceTimersByTimeAsync(3100);
  expect((await take()).rows).toEqual([
    "r1  dependency-driven, 2 tasks, at most 5 at once",
    "pass      b 2.0s",
    "     3s a First  $ npm test",
    "1/2 3s  1 pass, 1 running",
  ]);
  reporter.event(finished({ pass: 1 }));
});

test("the activity of an attempt is not shown for the next one", async () => {
  const { reporter, take } = live();
  for (const event of [started(tasks), start("a")]) reporter.event(event);
  reporter.event(at({ event: "task.progress", task: "a", text: "$ npm test" }));
  reporter.event(start("a", 0, 2));
  await vi.advanceTimersByTimeAsync(200);
  expect((await take()).rows).toContain("     0s a attempt 2 First");
  reporter.event(finished({ pass: 1 }));
});

test("a hundred events at once make one frame", async () => {
  const { reporter, take } = live();
  const many = Array.from({ length: 100 }, (_, task) => ({ id: `t${task}` }));
  reporter.event(started(many));
  for (const { id } of many) reporter.event(start(id));
  for (const { id } of many) reporter.event(pass(id));
  await vi.advanceTimersByTimeAsync(0);
  expect((await take()).text.match(/100\/100/g)).toHaveLength(1);
  reporter.event(finished({ pass: 100 }));
});

test("the end leaves the finished tasks and the summary, but no timer and no listener", async () => {
  const { reporter, take, stream } = live();
  for (const event of [started(tasks), start("a"), pass("a")]) reporter.event(event);
  await vi.advanceTimersByTimeAsync(500);
  reporter.event(finished({ pass: 1 }));
  expect((await take()).rows).toEqual([
    "r1  dependency-driven, 2 tasks, at most 5 at once",
    "pass      a First 2.0s",
    "",
    "1 pass of 2 in 1m 23s",
    "artifacts: .interserve/runs/r1",
    "continue: interserve resume r1",
  ]);
  expect(vi.getTimerCount()).toBe(0);
  expect(stream.listenerCount("resize")).toBe(0);
});

test("nothing is drawn while a person is asked something; then drawing continues below", async () => {
  const { reporter, take, stream } = live();
  for (const event of [started(tasks), start("a")]) reporter.event(event);
  await vi.advanceTimersByTimeAsync(200);
  reporter.pause?.();
  expect((await take()).rows).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(5000);
  expect((await take()).text).toBe("");
  stream.write("asked? yes\n");
  reporter.resume?.();
  await vi.advanceTimersByTimeAsync(0);
  expect((await take()).rows.slice(1)).toEqual([
    "asked? yes",
    "     5s a First",
    "0/2 5s  1 running, 1 pending",
  ]);
  reporter.event(finished({ pass: 1 }));
});

test("untrusted text contains nothing that a terminal obeys", async () => {
  const { reporter, take } = live();
  reporter.event(
    started([
      { id: evil, title: evil, stage: evil },
      { id: "b", stage: "B" },
    ]),
  );
  reporter.event(start(evil));
  reporter.event(at({ event: "task.progress", task: evil, text: evil }));
  await vi.advanceTimersByTimeAsync(200);
  reporter.event(at({ event: "task.settled", task: evil, status: "question", duration_s: 1, reason: evil }));
  reporter.event(at({ event: "run.withheld", reason: evil }));
  await vi.advanceTimersByTimeAsync(200);
  reporter.event(finished({ fail: 1 }));
  const { text } = await take();
  expect(text).not.toContain("owned\u0007");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the view's own.
  expect(text.replaceAll(/\u001b\[[?\d]*[A-Za-z]|\r/g, "")).not.toMatch(obeyed);
});

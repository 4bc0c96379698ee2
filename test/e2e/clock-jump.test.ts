import { afterEach, beforeEach, expect, test } from "vitest";
import type { RunStatus } from "../../schemas/run-status.ts";
import { manifestOf, Rig } from "../rig.ts";

let rig: Rig;
beforeEach(async () => {
  rig = await Rig.make({ "plan.exec.yaml": manifestOf([{ a: "", b: "a" }]) });
  await jump("0");
});
afterEach(() => rig.close());

const jump = (milliseconds: string) => rig.file("offset", milliseconds);
/** A command for which the wall clock jumps. */
const command = (...args: string[]) =>
  rig.command(args, {
    NODE_OPTIONS: `--import=${new URL("../fixtures/jumping-clock.mjs", import.meta.url)}`,
    CLOCK_OFFSET: `${rig.dir}/offset`,
  });
const output = async (...args: string[]) => (await command(...args).ended).stdout;
const status = async (): Promise<RunStatus> => JSON.parse(await output("status", "--json"));

/** Longer than any of these runs takes, even on a busy machine, and shorter than the jumps. */
const most = 600;
const isSane = (seconds: number) => seconds >= 0 && seconds < most;
const durations = ({ duration_s, tasks }: RunStatus) => [
  duration_s,
  ...tasks.flatMap((task) => [task.duration_s, ...task.attempts.map((attempt) => attempt.duration_s)]),
];
/** The durations in a text, such as `1h 2m`, `3.1s` and `-3.1s`, that last an hour or longer or are negative. */
const absurd = (text: string) =>
  // The names of runs and folders end in hexadecimal digits, which may look like a duration.
  text
    .replaceAll(/\d{8}-\d{6}-[0-9a-f]{4}|~[0-9a-f]{12}/g, "")
    .match(/-\d[\d.]*\s?[smhd]\b|\d\s?[hd]\b|time="(?:-|\d{4,})[^"]*"/g) ?? [];

test.each([
  ["back by an hour", -3_600_000],
  ["forward by a year", 31_536_000_000],
])("no duration is negative or absurd if the wall clock jumps %s during a run", async (_, offset) => {
  const run = command("run", "plan.exec.yaml", "--json");
  await (await rig.agent("a")).exit();
  const b = await rig.agent("b");
  await jump(String(offset));
  expect(durations(await status()).filter((seconds) => !isSane(seconds))).toEqual([]);
  await b.exit();
  expect((await run.ended).code).toBe(0);
  const told = run.events.all.flatMap((event) => ("duration_s" in event ? [event.duration_s] : []));
  expect(told.length).toBeGreaterThan(4);
  expect([...told, ...durations(await status())].filter((seconds) => !isSane(seconds))).toEqual([]);
  for (const args of [["status"], ["report"], ["report", "--format", "junit"], ["runs"]])
    expect(absurd(await output(...args))).toEqual([]);
});

test("an attempt that a kill cut off after the clock was set back has no negative duration, nor has its resumed run", async () => {
  const run = command("run", "plan.exec.yaml", "--json");
  await (await rig.agent("a")).exit();
  const b = await rig.agent("b");
  await jump("-3600000");
  run.child.kill("SIGKILL");
  await run.ended;
  expect(durations(await status()).filter((seconds) => !isSane(seconds))).toEqual([]);
  const resumed = command("resume", "--json");
  await (await rig.agent("b", 2)).exit();
  expect((await resumed.ended).code).toBe(0);
  expect(durations(await status()).filter((seconds) => !isSane(seconds))).toEqual([]);
  void b;
});

import { spawn } from "node:child_process";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { binary, Command, Rig } from "../rig.ts";

let rig: Rig;
beforeEach(async () => {
  rig = await Rig.make({ "interserve.config.yaml": "backoff: {first: 0.05, most: 0.1}\n" });
});
afterEach(() => rig.close());

const manifest = (count: number, run: string, verify = ""): string =>
  [
    `version: 1\nmode: all-parallel\nmax_parallel: ${count}\nstages:\n  - name: a\n    tasks:`,
    ...Array.from(
      { length: count },
      (_, at) => `      - {id: t${at}, run: "${run}", files: [f${at}]${verify}}`,
    ),
  ].join("\n");

/** Starts the command line with a limit of the shell's. */
function limited(limit: string, args: readonly string[]): Command {
  const child = spawn("bash", ["-c", `${limit}; exec "$@"`, "bash", process.execPath, binary, ...args], {
    cwd: rig.dir,
    env: { ...process.env, ...rig.env(), NO_COLOR: "1" },
  });
  child.stdin.end();
  return new Command(child);
}

const withFault = (fault: { readonly code: string; readonly command: string; readonly times: number }) =>
  rig.command(["run", "m.yaml", "--json"], {
    NODE_OPTIONS: `--import=${new URL("../fixtures/faulty-spawn.mjs", import.meta.url)}`,
    SPAWN_FAULT: JSON.stringify(fault),
  });

test("30 tasks at once with 100 descriptors all pass, fewer of them at a time", async () => {
  await rig.file("m.yaml", manifest(30, "sleep 0.5"));
  const run = limited("ulimit -n 100", ["run", "m.yaml", "--json"]);
  const { code, stderr } = await run.ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const throttled = await run.event("run.throttled");
  expect(throttled).toMatchObject({ reason: expect.stringContaining("`ulimit -n`") });
  expect(await run.event("run.finished")).toMatchObject({ counts: { pass: 30 } });
}, 60_000);

describe.each(["EMFILE", "EAGAIN", "ENOMEM"])("if processes cannot be started (%s)", (code) => {
  test("their tasks start again when there is room, and the run says so", async () => {
    await rig.file("m.yaml", manifest(4, "echo did it"));
    const run = withFault({ code, command: "did it", times: 2 });
    expect((await run.ended).code).toBe(0);
    expect(await run.event("run.throttled")).toMatchObject({ limit: expect.any(Number) });
    expect(await run.event("run.finished")).toMatchObject({ counts: { pass: 4 } });
    const status = JSON.parse((await rig.run("status", "--json")).stdout);
    expect(status.tasks.map((task: { status: string }) => task.status)).toEqual(Array(4).fill("pass"));
  });

  test("a verify command is started again, and its attempt is not repeated", async () => {
    await rig.file("m.yaml", manifest(1, "echo did it", ', verify: [{run: "test checked", expect: exit 0}]'));
    const run = withFault({ code, command: "checked", times: 2 });
    expect((await run.ended).code).toBe(0);
    expect(run.story()).toEqual(["t0 started", "t0 pass"]);
  });

  test("a task that never gets what it needs fails, with what is lacking", async () => {
    await rig.file("m.yaml", manifest(1, "echo did it"));
    const run = withFault({ code, command: "did it", times: 100 });
    const { code: status, stderr } = await run.ended;
    expect({ status, stderr }).toEqual({ status: 1, stderr: "" });
    expect(await run.event("task.settled")).toMatchObject({
      status: "error",
      reason: expect.stringMatching(/^could not be started: (too many|not enough) .*: (raise|free) /),
    });
  });
});

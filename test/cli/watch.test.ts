import { appendFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { RunEvent } from "../../schemas/event.ts";
import { takeLock } from "../../src/journal/lock.ts";
import { Pty } from "../pty.ts";
import { type Command, manifestOf, Rig } from "../rig.ts";

let rig: Rig;
beforeEach(async () => {
  rig = await Rig.make({ "p.exec.yaml": manifestOf([{ a: "", b: "a" }]) });
});
afterEach(() => rig.close());

const startRun = () => rig.command(["run", "p.exec.yaml", "--json"]);
const watch = (...args: string[]) => rig.command(["status", "--watch", ...args]);
const journalIn = (folder: string) => join(folder, "journal.jsonl");
const journalOf = async (run: string): Promise<RunEvent[]> => {
  const text = await readFile(journalIn(await rig.runFolder(run)), "utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((line) => {
      const { v, n, sum, ...event } = JSON.parse(line);
      return event;
    });
};
const nameOf = async (run: Command) => (await run.event("run.started")).run;

describe("status --watch", () => {
  test("on a pipe prints a run line by line to its end, and exits with its status", async () => {
    const run = startRun();
    const a = await rig.agent("a");
    const lines = watch();
    // It has caught up with the run.
    const events = watch("--json");
    await events.event("task.started", "a");
    await a.exit();
    await events.event("task.started", "b");
    await (await rig.agent("b")).exit(3);
    expect((await run.ended).code).toBe(1);
    const { code, stdout, stderr } = await lines.ended;
    expect(code).toBe(1);
    expect(stderr).toBe("");
    expect(
      stdout
        .replaceAll(/\d+\.\ds/g, "0s")
        .split("\n")
        .slice(1, 6),
    ).toEqual(["started   a", "pass      a 0s", "started   b", "fail      b 0s: exit status 3", ""]);
    expect(stdout).toContain("1 pass, 1 fail of 2");
    expect(stdout).not.toContain("\u001b");
    expect((await events.ended).code).toBe(1);
  });

  test("with --json prints all events of the journal, one per line", async () => {
    const run = startRun();
    await (await rig.agent("a")).exit();
    const events = watch("--json");
    await events.event("task.settled", "a");
    const b = await rig.agent("b");
    await b.write("progress is not in the journal\n");
    await b.exit();
    expect((await run.ended).code).toBe(0);
    expect((await events.ended).code).toBe(0);
    expect(events.events.all).toEqual(await journalOf(await nameOf(run)));
  });

  test("of a run that has ended prints its end and exits with its status", async () => {
    const run = startRun();
    await (await rig.agent("a")).exit(1);
    await run.ended;
    const { code, stdout } = await rig.run("status", await nameOf(run), "--watch");
    expect(code).toBe(1);
    expect(stdout).toContain("1 fail, 1 skipped of 2");
  });

  test("reports that a run was killed, and ends", async () => {
    const run = startRun();
    const a = await rig.agent("a");
    const events = watch("--json");
    await events.event("task.started", "a");
    run.child.kill("SIGKILL");
    const { code, stderr } = await events.ended;
    const name = await nameOf(run);
    expect(stderr).toBe(
      `error: ${name} was killed before it ended\n  hint: continue it with \`interserve resume ${name}\`\n`,
    );
    expect(code).toBe(1);
    expect((await rig.run("status", "--watch")).code).toBe(1);
    await a.exit();
  });

  test("of a resumed run prints what happened since, and counts the kept tasks", async () => {
    const run = startRun();
    await (await rig.agent("a")).exit();
    await (await rig.agent("b")).exit(1);
    await run.ended;
    const resumed = rig.command(["resume", "--json"]);
    const [, b] = await rig.agents("b", 2);
    const lines = watch();
    const events = watch("--json");
    await events.events.first((event) => event.event === "task.started" && event.attempt === 2);
    await b?.exit();
    expect((await resumed.ended).code).toBe(0);
    const { code, stdout } = await lines.ended;
    expect(code).toBe(0);
    expect(stdout.split("\n").slice(0, 2)).toEqual([
      `${await nameOf(run)}  resumed: 1 kept, 1 to run`,
      "started   b, attempt 2",
    ]);
    expect(stdout).not.toContain("fail");
    // Kept tasks count as passed.
    expect(stdout).toContain("2 pass of 2");
    expect(stdout).not.toContain("continue");
    expect((await events.ended).code).toBe(0);
    expect(events.story()).toEqual(["a started", "a pass", "b started", "b fail", "b started", "b pass"]);
  });

  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("%s ends the watching with %i, but not the run", async (signal, status) => {
    const run = startRun();
    await run.event("run.started");
    const events = watch("--json");
    await events.event("task.started", "a");
    events.child.kill(signal);
    expect((await events.ended).code).toBe(status);
    for (const task of ["a", "b"]) await (await rig.agent(task)).exit();
    expect((await run.ended).code).toBe(0);
  });

  test("ends if its output is closed", async () => {
    const run = startRun();
    await run.event("run.started");
    const events = watch("--json");
    await events.event("task.started", "a");
    events.child.stdout?.destroy();
    await (await rig.agent("a")).exit();
    expect((await events.ended).code).toBe(141);
    await (await rig.agent("b")).exit();
    expect((await run.ended).code).toBe(0);
  });

  test("waits for a run that has written nothing yet, and for the rest of an incomplete line", async () => {
    const run = startRun();
    for (const task of ["a", "b"]) await (await rig.agent(task)).exit();
    await run.ended;
    const [first = "", ...rest] = (await journalOf(await nameOf(run))).map(
      (event) => `${JSON.stringify({ v: 1, ...event, run: "20990101-000000-abcd" })}\n`,
    );
    const directory = await rig.runFolder("20990101-000000-abcd");
    await mkdir(directory);
    const lock = await takeLock(join(directory, "lock"));
    const events = watch("--json");
    await writeFile(join(directory, "journal.jsonl"), first.slice(0, 40));
    await appendFile(join(directory, "journal.jsonl"), first.slice(40));
    await events.event("run.started");
    await appendFile(join(directory, "journal.jsonl"), rest.join(""));
    await events.event("run.finished");
    if ("release" in lock) await lock.release();
    expect((await events.ended).code).toBe(0);
    expect(events.events.all).toHaveLength(rest.length + 1);
  });

  test("reports a missing run and a damaged journal", async () => {
    const { code, stderr } = await rig.run("status", "--watch");
    expect(code).toBe(2);
    expect(stderr).toContain("there are no runs of");
    await rig.file(journalIn(await rig.runFolder("20990101-000000-abcd")), "{}\n");
    const damaged = await rig.run("status", "--watch");
    expect(damaged.code).toBe(2);
    expect(damaged.stderr).toContain("journal-damaged");
  });
});

describe("status --watch in a terminal", () => {
  test("shows what `interserve run` shows, and each question with the command that answers it", async () => {
    const run = startRun();
    await (await rig.agent("a")).exit(0, "VERDICT: QUESTION which port?\n");
    await run.ended;
    const name = await nameOf(run);
    const answered = rig.command(["answer", name, "a", "8080", "--json"]);
    const again = await rig.agent("a", 2);
    const pty = await Pty.open(rig, ["status", "--watch"]);
    await pty.until(() => pty.screen.text().includes("attempt 2"));
    await again.exit(0, "VERDICT: QUESTION and which host?\n");
    // The run has ended by itself, as nobody is there to be asked.
    expect(await pty.ended).toBe(1);
    expect((await answered.ended).code).toBe(1);
    expect(pty.screen.text()).toContain(`and which host?\n`);
    expect(pty.screen.text()).toContain(`answer: interserve answer ${name} a "…"`);
  });

  test("Ctrl-C leaves the finished tasks on the screen, and the run continues", async () => {
    const run = startRun();
    await (await rig.agent("a")).exit();
    const b = await rig.agent("b");
    const pty = await Pty.open(rig, ["status", "--watch"]);
    await pty.until(() => /^1\/2 .*1 pass, 1 running$/m.test(pty.screen.text()));
    pty.type("\u0003");
    expect(await pty.ended).toBe(130);
    expect(pty.screen.text()).toContain("pass      a");
    expect(pty.screen.text()).not.toContain("1/2");
    await b.exit();
    expect((await run.ended).code).toBe(0);
  });
});

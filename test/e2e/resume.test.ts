import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { RunEvent } from "../../schemas/event.ts";
import { isAlive } from "../process/processes.ts";
import { manifestOf, Rig } from "../rig.ts";

let rig: Rig;
beforeEach(async () => {
  rig = await Rig.make();
});
afterEach(() => rig.close());

const start = async (manifest: string, ...flags: string[]) => {
  await rig.file("plan.exec.yaml", manifest);
  return rig.command(["run", "plan.exec.yaml", "--json", ...flags]);
};
const runName = async (): Promise<string> => (await rig.latestRun()).run;
const journal = async (): Promise<RunEvent[]> => {
  const text = await readFile((await rig.latestRun()).journal, "utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
};
const resumed = (event: RunEvent) => {
  if (event.event !== "run.resumed") throw new Error(`not resumed: ${event.event}`);
  return event;
};

test("after a kill, passed tasks are kept with their results, and the others run", async () => {
  const manifest = manifestOf([{ a: "", b: "a", c: "a", d: "b c" }]);
  const first = await start(manifest);
  await (await rig.agent("a")).exit(0, "the thing is in lib/a.ts\n");
  const [b, c] = [await rig.agent("b"), await rig.agent("c")];
  await b.exit();
  await first.event("task.settled", "b");
  first.child.kill("SIGKILL");
  await first.ended;
  expect(isAlive(c.pid)).toBe(true);

  const second = rig.command(["resume", "--json"]);
  const again = await rig.agent("c", 2);
  expect(isAlive(c.pid)).toBe(false);
  expect(again.prompt).toContain("the thing is in lib/a.ts");
  await again.exit();
  await (await rig.agent("d")).exit();
  expect((await second.ended).code).toBe(0);
  expect(resumed(await second.event("run.resumed"))).toMatchObject({
    kept: ["a", "b"],
    again: [
      { task: "c", reason: "was interrupted" },
      { task: "d", reason: "has not run yet" },
    ],
  });
  expect(rig.started().sort()).toEqual(["a", "b", "c", "c", "d"]);
  expect((await rig.run("status", "--json")).stdout).toContain('"state": "finished"');
});

test("a result on disk counts if the run was killed before it read it", async () => {
  const first = await start(manifestOf([{ a: "", b: "a" }]));
  await (await rig.agent("a")).exit();
  await rig.agent("b");
  first.child.kill("SIGKILL");
  await first.ended;
  const file = (await rig.latestRun()).journal;
  const lines = (await readFile(file, "utf8")).split("\n");
  const attempted = lines.findIndex((line) => line.includes("task.attempted"));
  await writeFile(file, `${lines.slice(0, attempted + 1).join("\n")}\n{"v":1,"eve`);

  const second = rig.command(["resume", "--json"]);
  await (await rig.agents("b", 2)).at(-1)?.exit();
  const { code, stderr } = await second.ended;
  expect(code).toBe(0);
  expect(stderr).toContain("journal-torn");
  expect(rig.started().filter((task) => task === "a")).toHaveLength(1);
  expect(
    (await journal()).filter((event) => event.event === "task.settled" && event.task === "a"),
  ).toHaveLength(1);
});

describe("after an edit, changed tasks and those that depend on them run again", () => {
  const plan = (second: string) =>
    `# P\n\n### Task 1: One\n\nFirst.\n\n### Task 2: Two\n\n${second}\n\n### Task 3: Three\n\nThird.\n\n### Task 4: Four\n\nFourth.\n`;
  const manifest = manifestOf([{ "task-1": "", "task-2": "", "task-3": "task-2", "task-4": "task-1" }]);
  const finish = async () => {
    await rig.file("plan.md", plan("Second."));
    const run = await start(manifest);
    for (const id of ["task-1", "task-2", "task-3", "task-4"]) await (await rig.agent(id)).exit();
    expect((await run.ended).code).toBe(0);
  };

  test("if the plan has changed", async () => {
    await finish();
    await rig.file("plan.md", plan("Second, differently."));
    const dry = await rig.run("resume", "--dry-run");
    expect(dry.stdout).toMatch(
      /2 kept, 2 to run\n {2}task-2: its prompt changed\n {2}task-3: depends on task-2/,
    );
    const run = rig.command(["resume"]);
    for (const id of ["task-2", "task-3"]) await (await rig.agent(id, 2)).exit();
    const { code, stdout } = await run.ended;
    expect(code).toBe(0);
    expect(stdout.indexOf("task-2: its prompt changed")).toBeLessThan(stdout.indexOf("started"));
    expect(rig.started()).toHaveLength(6);
  });

  test("if the manifest has changed", async () => {
    await finish();
    const changed = manifest.replace("      - id: task-4\n", "      - id: task-4\n        env: { A: b }\n");
    await rig.file("plan.exec.yaml", changed);
    const run = rig.command(["resume", "--json"]);
    await (await rig.agent("task-4", 2)).exit();
    expect((await run.ended).code).toBe(0);
    expect(resumed(await run.event("run.resumed")).again).toEqual([
      { task: "task-4", reason: "its settings changed" },
    ]);
  });

  test("not if nothing has changed", async () => {
    await finish();
    const { code, stdout } = await rig.run("resume");
    expect(code).toBe(0);
    expect(stdout).toContain("4 kept, 0 to run");
    expect(rig.started()).toHaveLength(4);
  });
});

test("a failed task runs again, and then the tasks that were skipped for it", async () => {
  const first = await start(manifestOf([{ a: "", b: "a" }]));
  await (await rig.agent("a")).exit(1);
  expect((await first.ended).code).toBe(1);
  const second = rig.command(["run", "--resume", await runName(), "--json"]);
  await (await rig.agent("a", 2)).exit();
  await (await rig.agent("b")).exit();
  expect((await second.ended).code).toBe(0);
});

test("in a resumed run, tasks that are to run again are pending, whatever their earlier results", async () => {
  const first = await start(manifestOf([{ a: "", b: "", c: "a" }]));
  const [a] = [await rig.agent("a"), await rig.agent("b")];
  await a.exit(1);
  await first.event("task.settled", "c");
  first.child.kill("SIGKILL");
  await first.ended;
  const killed = JSON.parse((await rig.run("status", "--json")).stdout).tasks;
  const wordsOf = (tasks: { id: string; status: string; reason: string | null }[]) =>
    Object.fromEntries(tasks.map(({ id, status, reason }) => [id, [status, reason]]));
  expect(wordsOf(killed)).toMatchObject({
    a: ["fail", expect.any(String)],
    c: ["skipped", expect.any(String)],
  });
  expect(killed[1].attempts).toMatchObject([{ status: "interrupted" }]);
  expect(killed[1].duration_s).toBeGreaterThan(0);

  const second = rig.command(["resume", "--json", "--max-parallel", "1"]);
  const a2 = await rig.agent("a", 2);
  const { tasks, counts } = JSON.parse((await rig.run("status", "--json")).stdout);
  expect(wordsOf(tasks)).toEqual({ a: ["running", null], b: ["pending", null], c: ["pending", null] });
  expect(counts).toMatchObject({ fail: 0, skipped: 0 });
  expect(tasks[0].attempts.map(({ status }: { status: string }) => status)).toEqual(["fail", "running"]);
  // The duration of an interrupted attempt does not grow.
  expect(tasks[1].attempts).toEqual(killed[1].attempts);
  await a2.exit();
  await (await rig.agent("b", 2)).exit();
  await (await rig.agent("c")).exit();
  expect((await second.ended).code).toBe(0);
});

test("a run that was started elsewhere with relative paths can be resumed from its project directory", async () => {
  await rig.file("work/keep", "");
  await rig.file("docs/the-plan.md", "# P\n\n### Task 1: One\n\nDo the first thing.\n");
  await rig.file("docs/x.exec.yaml", manifestOf([{ "task-1": "" }]));
  const paths = ["--project-dir", "work", "--plan", "docs/the-plan.md"];
  const first = rig.command(["run", "docs/x.exec.yaml", "--json", ...paths]);
  await (await rig.agent("task-1")).exit(1);
  expect((await first.ended).code).toBe(1);
  const second = rig.command(["resume", "--json"], {}, join(rig.dir, "work"));
  const again = await Promise.race([rig.agent("task-1", 2), second.ended]);
  if (!("prompt" in again)) throw new Error(again.stderr);
  expect(again.prompt).toContain("Do the first thing.");
  await again.exit();
  expect((await second.ended).code).toBe(0);
});

test("a second orchestrator is refused with the pid of the first", async () => {
  const first = await start(manifestOf([{ a: "" }]));
  const a = await rig.agent("a");
  const second = await rig.run("resume");
  expect(second.code).toBe(2);
  expect(second.stderr).toContain(`already running in process ${first.child.pid}`);
  await a.exit();
  expect((await first.ended).code).toBe(0);
});

test("an unknown run is an error that names the latest runs", async () => {
  expect((await rig.run("resume")).stderr).toContain("there are no runs of");
  const first = await start(manifestOf([{ a: "" }]));
  await (await rig.agent("a")).exit();
  await first.ended;
  const { code, stderr } = await rig.run("status", "../../etc");
  expect(code).toBe(2);
  expect(stderr).toContain(await runName());
});

describe("a question", () => {
  const manifest = manifestOf([{ ask: "", after: "ask", other: "", ask2: "" }]);

  test("is answered during the run, and its task continues with the answer", async () => {
    const run = await start(manifest);
    await (await rig.agent("ask")).exit(0, "VERDICT: QUESTION which port?\n");
    const other = await rig.agent("other");
    await (await rig.agent("ask2")).exit();
    await run.event("task.settled", "ask");
    const { code, stdout } = await rig.run("answer", await runName(), "ask", "port 8080");
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `the run in process ${run.child.pid} has received the answer\n`,
    });
    const again = await rig.agent("ask", 2);
    expect(again.prompt).toContain("port 8080");
    await again.exit();
    await (await rig.agent("after")).exit();
    await other.exit();
    expect((await run.ended).code).toBe(0);
    expect((await journal()).map(({ event }) => event)).toContain("task.answered");
  });

  test("is answered after the end: the run is resumed, and another question stays open", async () => {
    const run = await start(manifest);
    await (await rig.agent("ask")).exit(0, "VERDICT: QUESTION which port?\n");
    await (await rig.agent("ask2")).exit(0, "VERDICT: QUESTION which name?\n");
    await (await rig.agent("other")).exit();
    expect((await run.ended).code).toBe(1);
    const answer = rig.command(["answer", await runName(), "ask", "port 8080", "--json"]);
    await (await rig.agent("ask", 2)).exit();
    await (await rig.agent("after")).exit();
    expect((await answer.ended).code).toBe(1);
    expect(rig.started()).not.toContain("ask2 2");
    expect(resumed(await answer.event("run.resumed")).kept.sort()).toEqual(["ask2", "other"]);
    const status = JSON.parse((await rig.run("status", "--json")).stdout);
    expect(status.counts).toMatchObject({ pass: 3, question: 1 });
  });

  describe("answered after the end", () => {
    const mixed = manifestOf([
      { ask: "", after: "ask", bad: "", lost: "bad", both: "after bad", good: "" },
      { later: "", last: "later" },
    ]);
    const finish = async () => {
      const run = await start(mixed);
      await (await rig.agent("ask")).exit(0, "VERDICT: QUESTION -1 or 1?\n");
      await (await rig.agent("bad")).exit(1);
      await (await rig.agent("good")).exit();
      expect((await run.ended).code).toBe(1);
      return runName();
    };
    const settled = async () =>
      Object.fromEntries(
        JSON.parse((await rig.run("status", "--json")).stdout).tasks.map(
          ({ id, status }: { id: string; status: string }) => [id, status],
        ),
      );
    const unmoved = { bad: "fail", lost: "skipped", both: "skipped", good: "pass", later: "skipped" };

    test("runs its task and those that depend on it, and nothing else that has settled", async () => {
      const answer = rig.command(["answer", await finish(), "ask", "-1", "--json"]);
      const again = await rig.agent("ask", 2);
      expect(again.prompt).toContain("-1");
      await again.exit();
      await (await rig.agent("after")).exit();
      expect((await answer.ended).code).toBe(1);
      expect(answer.story()).toEqual(["ask started", "ask pass", "after started", "after pass"]);
      expect(resumed(await answer.event("run.resumed")).again.map(({ task }) => task)).toEqual([
        "ask",
        "after",
      ]);
      expect(await settled()).toEqual({ ...unmoved, ask: "pass", after: "pass", last: "skipped" });
      const { stdout } = await rig.run("resume", "--dry-run");
      expect(stdout).toMatch(/ {2}bad: failed\n {2}lost: /);
    });

    test("runs failed tasks too with --rerun-failed", async () => {
      const answer = rig.command(["answer", await finish(), "ask", "--rerun-failed", "--", "--json"]);
      await (await rig.agent("bad", 2)).exit();
      const again = await rig.agent("ask", 2);
      expect(again.prompt).toContain("--json");
      await again.exit();
      for (const task of ["after", "lost", "both", "later", "last"]) await (await rig.agent(task)).exit();
      expect((await answer.ended).code).toBe(0);
    });

    test("runs the stages that waited for it", async () => {
      const run = await start(manifestOf([{ ask: "", good: "" }, { later: "" }]));
      await (await rig.agent("ask")).exit(0, "VERDICT: QUESTION which?\n");
      await (await rig.agent("good")).exit();
      expect((await run.ended).code).toBe(1);
      const answer = rig.command(["answer", await runName(), "ask", "- this one"]);
      await (await rig.agent("ask", 2)).exit();
      await (await rig.agent("later")).exit();
      expect((await answer.ended).code).toBe(0);
      expect(rig.started().filter((task) => task === "good")).toHaveLength(1);
    });
  });

  test("that does not exist cannot be answered, and the error names tasks with a question", async () => {
    const run = await start(manifest);
    await (await rig.agent("ask")).exit(0, "VERDICT: QUESTION which port?\n");
    await (await rig.agent("ask2")).exit();
    await (await rig.agent("other")).exit();
    await run.ended;
    const { code, stderr } = await rig.run("answer", await runName(), "other", "x");
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /"other" .* has no open question: its status is pass\n.*tasks with a question: ask\n/,
    );
  });
});

test("runs and status show what ran, and clean removes only old runs that have ended", async () => {
  for (const status of [0, 1]) {
    const run = await start(manifestOf([{ a: "" }]));
    await (await rig.agents("a", 1 + status)).at(-1)?.exit(status);
    await run.ended;
  }
  const live = await start(manifestOf([{ z: "" }]));
  const z = await rig.agent("z");
  const runs = JSON.parse((await rig.run("runs", "--json")).stdout);
  expect(
    runs.map((run: { state: string; exit_code: number | null }) => [run.state, run.exit_code]).sort(),
  ).toEqual(
    [
      ["finished", 0],
      ["finished", 1],
      ["running", null],
    ].sort(),
  );
  const cleaned = JSON.parse((await rig.run("clean", "--keep", "0", "--json")).stdout);
  expect(cleaned.removed).toHaveLength(2);
  expect(cleaned.under_way).toHaveLength(1);
  expect((await rig.runs()).map(({ run }) => run)).toEqual(cleaned.under_way);
  await z.exit();
  expect((await live.ended).code).toBe(0);
});

test("a run that was ended before its first event does not count as the latest", async () => {
  const first = await start(manifestOf([{ a: "" }]));
  await (await rig.agent("a")).exit();
  await first.ended;
  const run = await runName();
  const [bare, torn] = ["20991231-000000-ffff", "20991231-000001-ffff"];
  await mkdir(await rig.runFolder(bare));
  await rig.file(join(await rig.runFolder(torn), "journal.jsonl"), '{"v":1,"event":"run.st');
  expect(JSON.parse((await rig.run("status", "--json")).stdout).run).toBe(run);
  const all = await rig.run("runs", "--json");
  expect([all.code, JSON.parse(all.stdout).map((one: { run: string }) => one.run)]).toEqual([0, [run]]);
  for (const name of [bare, torn]) {
    const { code, stderr } = await rig.run("status", name);
    expect([code, stderr]).toEqual([2, expect.stringContaining(`run ${name} was stopped before it began`)]);
  }
});

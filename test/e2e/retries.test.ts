import { chmod, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { RunEvent } from "../../schemas/event.ts";
import { agentCommand, manifestOf, Rig } from "../rig.ts";

let rig: Rig;
beforeEach(async () => {
  rig = await Rig.make();
});
afterEach(() => rig.close());

const started = '{"type":"thread.started","thread_id":"t"}';
const passed = [
  started,
  '{"type":"item.completed","item":{"type":"agent_message","text":"VERDICT: CLEAN"}}',
  '{"type":"turn.completed","usage":{"input_tokens":900,"output_tokens":100}}',
].join("\n");

/** A codex whose first attempts fail in the given ways, and whose next one passes. */
async function codexThat(...messages: readonly string[]): Promise<void> {
  for (const [at, message] of messages.entries()) {
    const failed = JSON.stringify({ type: "turn.failed", error: { message } });
    await rig.file(`attempt-${at + 1}`, `${started}\n${failed}\n`);
  }
  await rig.file("attempt-passed", `${passed}\n`);
  const script = `#!/bin/sh
cat > /dev/null
said=attempt-\${INTERSERVE_ATTEMPT##*/}
[ -e "$said" ] && cat "$said" && exit 1
cat attempt-passed
`;
  await chmod(await rig.file("codex", script), 0o755);
}

const config = (waits: string) => `engines:\n  codex:\n    executable: ${join(rig.dir, "codex")}\n${waits}`;
const codexTask = (id: string, extra = "") =>
  `      - id: ${id}\n        prompt: do it\n        engine: codex\n${extra}`;
const manifest = (...tasks: readonly string[]) =>
  `version: 1\nmode: dependency-driven\nmax_parallel: 1\nstages:\n  - name: s\n    tasks:\n${tasks.join("")}`;
const start = async (text: string) => {
  await rig.file("plan.exec.yaml", text);
  return rig.command(["run", "plan.exec.yaml", "--json"]);
};
const waits = (events: readonly RunEvent[]) =>
  events.flatMap((event) => (event.event === "task.waiting" ? [event] : []));
const ends = (story: readonly string[]) => story.filter((word) => !word.endsWith("started")).sort();
const tasksFolder = async () => join((await rig.latestRun()).path, "tasks");

test("a transient failure is retried up to `retries` times, with growing waits and artifacts for each attempt", async () => {
  await codexThat("stream disconnected", "high demand", "Connection failed", "high demand");
  await rig.file("interserve.config.yaml", config("backoff: {first: 0.02, most: 1}"));
  const run = await start(
    manifest(codexTask("a", "        retries: 2\n"), codexTask("b", "        retries: 4\n")),
  );
  expect((await run.ended).code).toBe(1);
  expect(ends(run.story())).toEqual(["a fail", "b pass"]);
  const of = (id: string) => waits(run.events.all).filter(({ task }) => task === id);
  expect(of("a")).toHaveLength(2);
  expect(of("b")).toHaveLength(4);
  for (const [at, { wait_s }] of of("b").entries()) {
    expect(wait_s).toBeGreaterThanOrEqual(0.02 * 2 ** at * 0.5 - 0.001);
    expect(wait_s).toBeLessThanOrEqual(0.02 * 2 ** at + 0.001);
  }
  const folder = join(await tasksFolder(), "b");
  expect((await readdir(folder)).sort()).toEqual(["1", "2", "3", "4", "5"]);
  const outcome = JSON.parse(await readFile(join(folder, "2/outcome.json"), "utf8"));
  expect(outcome).toMatchObject({ failure: "transient" });
});

test("a task at a usage limit waits without a slot and uses no retry", async () => {
  await codexThat("You've hit your usage limit");
  await rig.file("interserve.config.yaml", config("limit_pause: {first: 3600, most: 3600}"));
  const run = await start(
    manifest(codexTask("a"), `      - id: b\n        run: ${JSON.stringify(agentCommand)}\n`),
  );
  expect(await run.event("task.waiting", "a")).toMatchObject({
    wait_s: 3600,
    reason: "You've hit your usage limit",
  });
  // There is only one slot, so it must be free.
  await (await rig.agent("b")).exit();
  await run.event("task.settled", "b");
  run.child.kill("SIGINT");
  expect((await run.ended).code).toBe(130);
  expect(run.story()).toContain("a cancelled");
});

test("a task continues after a usage limit even with no retries", async () => {
  await codexThat("You've hit your usage limit", "rate limit", "rate limit");
  await rig.file("interserve.config.yaml", config("limit_pause: {first: 0.01, most: 0.02}"));
  const run = await start(manifest(codexTask("a")));
  expect((await run.ended).code).toBe(0);
  expect(waits(run.events.all).map(({ wait_s }) => wait_s)).toEqual([0.01, 0.02, 0.02]);
});

test("if an engine is not signed in, it starts no more tasks, and tasks of other engines continue", async () => {
  await codexThat("unexpected status 401 Unauthorized");
  await rig.file("interserve.config.yaml", config(""));
  const others = `      - id: c\n        run: "true"\n      - id: d\n        depends: [b]\n        run: "true"\n`;
  const run = await start(manifest(codexTask("a"), codexTask("b"), others));
  expect((await run.ended).code).toBe(1);
  const settled = run.events.all.flatMap((event) => (event.event === "task.settled" ? [event] : []));
  expect(Object.fromEntries(settled.map(({ task, status }) => [task, status]))).toEqual({
    a: "skipped",
    b: "fail",
    c: "pass",
    d: "skipped",
  });
  expect(settled.find(({ task }) => task === "a")?.reason).toBe(
    "needs the engine codex, which failed for b: unexpected status 401 Unauthorized",
  );
});

test("an agent that is silent for too long is ended, and its output so far is kept", async () => {
  await rig.file("interserve.config.yaml", "stall_timeout: 4\n");
  const run = await start(manifestOf([{ a: "" }]));
  const a = await rig.agent("a");
  await a.write("half of it\n");
  expect((await run.ended).code).toBe(1);
  expect(await run.event("task.settled", "a")).toMatchObject({
    status: "fail",
    reason: "wrote nothing for 4 s; what it did until then is kept",
  });
  expect(await readFile(join(await tasksFolder(), "a/1/output.md"), "utf8")).toBe("half of it\n");
});

test("the output of a failed verify command goes back to the agent once, and then the task fails", async () => {
  await codexThat();
  await rig.file("interserve.config.yaml", config(""));
  const verify = (run: string) => `        verify:\n          - run: ${JSON.stringify(run)}\n`;
  const second = `echo seen >> tries; test "$(wc -l < tries)" -ge 2 || { echo 'two tests fail'; exit 1; }`;
  const run = await start(
    manifest(codexTask("a", verify(second)), codexTask("b", verify("echo never; exit 7"))),
  );
  expect((await run.ended).code).toBe(1);
  expect(ends(run.story())).toEqual(["a pass", "b fail"]);
  expect(await run.event("task.settled", "b")).toMatchObject({
    reason: "verify: expected exit 0 from `echo never; exit 7`, found exit 7: never",
  });
  const tasks = await tasksFolder();
  expect(await readFile(join(tasks, "a/2/prompt.md"), "utf8")).toContain("two tests fail");
  expect((await readdir(join(tasks, "b"))).sort()).toEqual(["1", "2"]);
});

test("a budget keeps tasks from starting but not from running, and an unknown cost is not 0", async () => {
  await codexThat();
  await rig.file("interserve.config.yaml", config(""));
  const command = ["run", "plan.exec.yaml", "--max-tokens", "1500", "--max-cost", "1"];
  await rig.file("plan.exec.yaml", manifest(codexTask("a"), codexTask("b"), codexTask("c")));
  const { code, stdout, stderr } = await rig.run(...command);
  expect(code).toBe(1);
  expect(stdout).toContain("limit     2000 of 1500 tokens are used; no more tasks are started");
  expect(stdout).toContain("skipped   c: the budget is used up: 2000 of 1500 tokens are used");
  expect(stdout).toContain(
    "used: 2000 tokens (200 of them output), cost unknown\ntokens by task: a 1000, b 1000\n",
  );
  expect(stderr).toContain("codex does not report its cost");
  const status = JSON.parse((await rig.run("status", "--json")).stdout);
  expect(status.usage).toEqual({ input_tokens: 1800, output_tokens: 200 });
  // Usage before the resumption counts, so one more task exceeds the budget.
  const resumed = await rig.run("resume", "--max-tokens", "2500");
  expect(resumed.code).toBe(0);
  expect(resumed.stdout).toContain("used: 3000 tokens");
});

test("limits of an engine or a tier hold, and other tasks use the remaining slots", async () => {
  await rig.file("interserve.config.yaml", "tiers:\n  deep:\n    max_parallel: 1\n");
  const run = await start(
    manifestOf([{ a: "", b: "", c: "" }], {
      task: { c: "tier: fast" },
      top: "mode: dependency-driven\nmax_parallel: 3",
    }),
  );
  const [a, c] = [await rig.agent("a"), await rig.agent("c")];
  await c.exit();
  await run.event("task.settled", "c");
  expect(rig.started()).not.toContain("b");
  await a.exit();
  await (await rig.agent("b")).exit();
  expect((await run.ended).code).toBe(0);
});

describe("`retries` of a command", () => {
  const quick = () => rig.file("interserve.config.yaml", "backoff: {first: 0.01, most: 0.01}\n");
  const commandTask = (id: string, run: string, extra: string) =>
    `      - id: ${id}\n        run: ${JSON.stringify(run)}\n${extra.replaceAll(/^/gm, "        ")}\n`;
  /** Fails as `failing` does in all attempts but the second. */
  const second = (id: string, failing: string) => `echo >> ${id}; test $(wc -l < ${id}) = 2 || ${failing}`;

  test.each([
    ["an exit status", "exit 3", "retries: 1"],
    ["a timeout", "exec sleep 600", "retries: 1\ntimeout: 1"],
    ["a signal", "kill -9 $$", "retries: {signal: 1}"],
    ["a crash of a program that it starts", "sh -c 'kill -SEGV $$'", "retries: {crash: 1}"],
    ["its verify commands", "true", 'retries: 1\nverify: [{run: "test $(wc -l < a) = 2"}]'],
  ])("covers %s", async (_, failing, extra) => {
    await quick();
    const run = await start(manifest(commandTask("a", second("a", failing), extra)));
    expect((await run.ended).code).toBe(0);
    expect(run.story()).toEqual(["a started", "a started", "a pass"]);
    expect(waits(run.events.all)).toHaveLength(1);
  });

  test("as a map covers only the classes that it names", async () => {
    await quick();
    const run = await start(
      manifest(
        commandTask("a", second("a", "exit 1"), "retries: {timeout: 3}"),
        commandTask("b", second("b", "exit 1"), "retries: {exit: 1, timeout: 3}"),
      ),
    );
    expect((await run.ended).code).toBe(1);
    expect(ends(run.story())).toEqual(["a fail", "b pass"]);
  });

  test("is checked: `check` and `run` warn of classes that never occur", async () => {
    const text = manifest(
      commandTask("a", "true", "retries: {stall: 1, transient: 1, verify: 2, exit: 0}"),
      codexTask("b", "        retries: {exit: 1, crash: 1}\n"),
    );
    await rig.file("plan.exec.yaml", text);
    const said = [
      '"retries.stall" of task "a" has no effect: no `stall_timeout` is configured',
      '"retries.transient" of task "a" has no effect: only agents fail in this way',
      '"retries.verify" of task "a" has no effect: the task has no `verify` commands',
      '"retries.exit" of task "b" has no effect: codex reports no exit status for a task',
    ];
    const { stdout } = await rig.run("check", "plan.exec.yaml", "--json");
    const { problems } = JSON.parse(stdout);
    expect(problems.map(({ message }: { message: string }) => message)).toEqual(said);
    const { stderr } = await rig.run("run", "plan.exec.yaml", "--dry-run");
    for (const message of said) expect(stderr).toContain(message);
  });

  test("names the class whose number is wrong", async () => {
    await rig.file("plan.exec.yaml", manifest(commandTask("a", "true", "retries: {exit: many, exits: 2}")));
    const { stdout } = await rig.run("check", "plan.exec.yaml");
    expect(stdout).toContain('"retries.exit" of task "a" must be a whole number, found the string "many"');
    expect(stdout).toContain('unknown key "exits" in "retries" of task "a": it is ignored');
  });
});

describe("a failed verify command", () => {
  const verify = (id: string) => `verify: [{run: "test -e ok-${id} || { echo not yet; exit 1; }"}]`;
  const verified = (events: readonly RunEvent[]) =>
    events.flatMap((event) => (event.event === "task.verified" ? [[event.task, event.outcome.status]] : []));

  test("runs once more after the tasks that ran beside it have settled", async () => {
    const run = await start(manifestOf([{ a: "", b: "", c: "a" }], { task: { a: verify("a") } }));
    const b = await rig.agent("b");
    await (await rig.agent("a")).exit();
    expect(await run.event("task.verified", "a")).toMatchObject({
      outcome: { status: "fail", failure: "verify", ran_beside: ["b"] },
    });
    await rig.file("ok-a", "");
    await b.exit();
    const c = await rig.agent("c");
    expect(c.prompt).toContain("its checks failed while other tasks ran, and passed once they had settled");
    await c.exit();
    expect((await run.ended).code).toBe(0);
    expect(verified(run.events.all)).toEqual([
      ["a", "fail"],
      ["a", "pass"],
    ]);
    expect(run.story().filter((said) => said === "a started")).toHaveLength(1);
    expect(JSON.parse((await rig.run("status", "--json")).stdout).tasks[0]).toMatchObject({ status: "pass" });
  });

  test("runs once more even if another task waits for the same", async () => {
    const task = { a: verify("a"), b: verify("b") };
    const run = await start(manifestOf([{ a: "", b: "" }], { task }));
    const b = await rig.agent("b");
    await (await rig.agent("a")).exit();
    await run.event("task.verified", "a");
    await rig.file("ok-a", "");
    await b.exit();
    expect((await run.ended).code).toBe(1);
    expect(ends(run.story())).toEqual(["a pass", "b fail"]);
    expect(verified(run.events.all)).toEqual([
      ["a", "fail"],
      ["b", "fail"],
      ["a", "pass"],
    ]);
  });

  test("does not run again if nothing ran beside it, or if the run is cancelled meanwhile", async () => {
    const alone = await start(manifestOf([{ a: "" }], { task: { a: verify("a") } }));
    await (await rig.agent("a")).exit();
    expect((await alone.ended).code).toBe(1);
    expect(verified(alone.events.all)).toEqual([["a", "fail"]]);

    const run = await start(manifestOf([{ x: "", y: "" }], { task: { x: verify("x") } }));
    await rig.agent("y");
    await (await rig.agent("x")).exit();
    await run.event("task.verified", "x");
    run.child.kill("SIGINT");
    expect((await run.ended).code).toBe(130);
    expect(ends(run.story())).toEqual(["x cancelled", "y cancelled"]);
  });
});

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Command, manifestOf, Rig } from "../rig.ts";

let rig: Rig;
beforeEach(async () => {
  rig = await Rig.make();
});
afterEach(() => rig.close());

const start = async (manifest: string, ...flags: string[]) => {
  await rig.file("plan.exec.yaml", manifest);
  return rig.command(["run", "plan.exec.yaml", "--json", ...flags]);
};
const settled = async (run: Command, task: string) => {
  const event = await run.event("task.settled", task);
  return event.event === "task.settled" ? `${event.status}: ${event.reason}` : event.event;
};
const passAll = (...tasks: string[]) =>
  Promise.all(tasks.map(async (task) => (await rig.agent(task)).exit()));

describe.each(["dependency-driven", "all-sequential"])("in mode %s", (mode) => {
  const top = `mode: ${mode}`;

  test("a task behind a failed stage runs if what it depends on passed, and is skipped if it names nothing", async () => {
    const run = await start(
      manifestOf(
        [
          { a: "", b: "" },
          { c: "a", d: "", e: "d" },
        ],
        { top },
      ),
    );
    void passAll("a", "c");
    await (await rig.agent("b")).exit(1);
    expect((await run.ended).code).toBe(1);
    expect(run.story()).toContain("c pass");
    expect(await settled(run, "d")).toBe("skipped: stage stage 1 did not pass: b");
    expect(await settled(run, "e")).toBe("skipped: depends on d, which did not pass");
  });

  test("a task that a failed stage skipped counts as not passed for the stages behind it", async () => {
    const stages: Record<string, string>[] = [{ a: "", b: "" }, { c: "" }, { d: "a", e: "" }, { f: "d" }];
    const run = await start(manifestOf(stages, { top }));
    void passAll("b", "d", "f");
    await (await rig.agent("a")).exit(1);
    // d depends on what failed; the stages behind name the first one that did not pass.
    expect((await run.ended).code).toBe(1);
    expect(await settled(run, "d")).toBe("skipped: depends on a, which did not pass");
    for (const task of ["c", "e"])
      expect(await settled(run, task)).toBe("skipped: stage stage 1 did not pass: a");
  });

  test("a barrier waits for every task of the stage even after one has failed", async () => {
    const run = await start(manifestOf([{ a: "", b: "", x: "" }, { c: "a" }], { top }));
    await (await rig.agent("a")).exit();
    await (await rig.agent("b")).exit(1);
    const x = await rig.agent("x");
    await run.event("task.settled", "b");
    expect(rig.started()).not.toContain("c");
    await x.exit();
    await passAll("c");
    await run.ended;
    expect(run.story().slice(-2)).toEqual(["c started", "c pass"]);
  });

  test("an open question lets tasks behind the stage run if what they depend on passed, and holds the others", async () => {
    const stages: Record<string, string>[] = [
      { a: "", b: "", held: "b" },
      { c: "a", d: "", e: "d" },
      { f: "c" },
    ];
    const run = await start(manifestOf(stages, { top }));
    void passAll("a", "c", "f");
    await (await rig.agent("b")).exit(0, "VERDICT: QUESTION which port?\n");
    expect((await run.ended).code).toBe(1);
    expect(run.story()).toEqual(expect.arrayContaining(["b question", "c pass", "f pass"]));
    for (const task of ["held", "d", "e"])
      expect(await settled(run, task)).toBe("skipped: waits for a task that is parked");

    const [event] = run.events.all;
    const answer = rig.command(["answer", event?.run ?? "", "b", "8080", "--json"]);
    for (const [task, attempt] of [
      ["b", 2],
      ["held", 1],
      ["d", 1],
      ["e", 1],
    ] as const)
      void rig.agent(task, attempt).then((agent) => agent.exit());
    expect((await answer.ended).code).toBe(0);
    expect(answer.story().filter((line) => line.endsWith("started"))).toEqual(
      expect.arrayContaining(["b started", "held started", "d started", "e started"]),
    );
  });
});

describe("in mode manual-batching", () => {
  const top = "mode: manual-batching";

  test("a task that names no dependency runs with its batch behind a failed stage", async () => {
    const run = await start(
      manifestOf(
        [
          { a: "", b: "" },
          { c: "a", d: "", e: "b" },
        ],
        { top },
      ),
    );
    void passAll("a", "c", "d");
    await (await rig.agent("b")).exit(1);
    await run.ended;
    expect(run.story()).toEqual(expect.arrayContaining(["c pass", "d pass"]));
    expect(await settled(run, "e")).toBe("skipped: depends on b, which did not pass");
  });

  test("a batch opens past a task that waits for an open question", async () => {
    const run = await start(manifestOf([{ a: "", b: "a" }, { c: "" }], { top }));
    await (await rig.agent("a")).exit(0, "VERDICT: QUESTION which port?\n");
    await passAll("c");
    await run.ended;
    expect(run.story()).toContain("c pass");
  });

  test("no batch opens while an answered task of an earlier one runs", async () => {
    const run = await start(manifestOf([{ a: "" }, { b: "" }, { c: "" }], { top }));
    await (await rig.agent("a")).exit(0, "VERDICT: QUESTION which port?\n");
    const b = await rig.agent("b");
    const [event] = run.events.all;
    const answer = rig.command(["answer", event?.run ?? "", "a", "8080"]);
    const again = await rig.agent("a", 2);
    await answer.ended;
    await b.exit();
    await run.event("task.settled", "b");
    expect(rig.started()).not.toContain("c");
    await again.exit();
    await passAll("c");
    expect((await run.ended).code).toBe(0);
    expect(run.story().slice(-3)).toEqual(["a pass", "c started", "c pass"]);
  });
});

test("a reason names at most three tasks of the stage, and counts the others", async () => {
  const run = await start(manifestOf([{ a: "", b: "", c: "", d: "", skipped: "d" }, { e: "" }]));
  for (const task of ["a", "b", "c", "d"]) await (await rig.agent(task)).exit(1);
  await run.ended;
  expect(await settled(run, "e")).toBe("skipped: stage stage 1 did not pass: a, b, c and 1 more");
});

test("with relaxed barriers an empty list of dependencies waits for nothing, and a missing one for the stages before", async () => {
  const manifest = manifestOf([{ a: "" }, { free: "", late: "" }], {
    top: "mode: dependency-driven\nstage_barriers: relaxed",
  });
  const run = await start(manifest.replace("id: late\n        depends: []", "id: late"));
  await passAll("free");
  await run.event("task.settled", "free");
  await (await rig.agent("a")).exit(1);
  await run.ended;
  expect(await settled(run, "late")).toBe("skipped: stage stage 1 did not pass: a");
  expect(run.story().indexOf("free pass")).toBeLessThan(run.story().indexOf("a fail"));
});

test("with strict barriers an empty list of dependencies is like a missing one", async () => {
  const run = await start(
    manifestOf([{ a: "" }, { b: "", c: "" }]).replace("id: c\n        depends: []", "id: c"),
  );
  await (await rig.agent("a")).exit(1);
  await run.ended;
  for (const task of ["b", "c"])
    expect(await settled(run, task)).toBe("skipped: stage stage 1 did not pass: a");
});

import { mkdir, readdir, readFile, rename, rm, truncate, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { manifestOf, Rig } from "../rig.ts";

let rig: Rig;
beforeEach(async () => {
  rig = await Rig.make({ "plan.exec.yaml": manifestOf([{ a: "", b: "a", c: "b" }]) });
});
afterEach(() => rig.close());

const start = (...flags: string[]) => rig.command(["run", "plan.exec.yaml", ...flags]);
const journalFile = async () => (await rig.latestRun()).journal;
const readLines = async () => (await readFile(await journalFile(), "utf8")).trimEnd().split("\n");
const writeLines = async (lines: readonly string[]) =>
  writeFile(await journalFile(), lines.map((line) => `${line}\n`).join(""));
const statusOf = async () => JSON.parse((await rig.run("status", "--json")).stdout);

describe("a journal that is changed while its run goes on is written anew, and the run says so", () => {
  test.each<[string, RegExp, (file: string) => Promise<unknown>]>([
    ["removed", /^the journal was removed$/, (file) => rm(file)],
    [
      "replaced, as `sed -i` does",
      /^the journal was replaced by another file$/,
      async (file) => {
        await writeFile(`${file}.sed`, (await readFile(file, "utf8")).replaceAll("task", "job"));
        await rename(`${file}.sed`, file);
      },
    ],
    ["emptied", /^the journal was cut off$/, (file) => truncate(file)],
  ])("%s", async (_, reason, change) => {
    const run = start("--json");
    const a = await rig.agent("a");
    await change(await journalFile());
    await a.exit();
    expect(await run.event("run.journal_restored")).toMatchObject({ reason: expect.stringMatching(reason) });
    await (await rig.agent("b")).exit();
    await (await rig.agent("c")).exit();
    expect((await run.ended).code).toBe(0);
    const { state, counts, journal_warnings } = await statusOf();
    expect({ state, counts }).toMatchObject({ state: "finished", counts: { pass: 3 } });
    expect(journal_warnings).toEqual([expect.stringContaining("it was restored")]);
    const resumed = await rig.run("resume");
    expect([resumed.code, resumed.stderr]).toEqual([0, ""]);
    expect(resumed.stdout).toContain("3 kept, 0 to run");
  });

  test("and the line that people see names what happened", async () => {
    const run = start();
    const a = await rig.agent("a");
    await rm(await journalFile());
    await a.exit();
    await (await rig.agent("b")).exit();
    await (await rig.agent("c")).exit();
    const { stdout } = await run.ended;
    expect(stdout).toContain("journal   the journal was removed; it was restored\n");
    expect((await rig.run("status")).stdout).toContain("warning: the journal was removed; it was restored\n");
  });

  test("and whoever watches it misses nothing", async () => {
    const run = start("--json");
    const a = await rig.agent("a");
    const watch = rig.command(["status", "--watch", "--json"]);
    await watch.event("task.started", "a");
    await rm(await journalFile());
    await a.exit();
    await (await rig.agent("b")).exit();
    await (await rig.agent("c")).exit();
    await run.ended;
    expect((await watch.ended).code).toBe(0);
    const seen = run.events.all.filter(({ event }) => event !== "task.progress");
    expect(watch.events.all.map(({ event }) => event)).toEqual(seen.map(({ event }) => event));
  });
});

test("a journal that cannot be written anew ends its run in order, and the error says why", async () => {
  const run = start("--json");
  const a = await rig.agent("a");
  const file = await journalFile();
  await rm(file);
  await mkdir(file);
  await a.exit();
  const { code, stderr } = await run.ended;
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /^error: the journal could not be written: it was replaced by another file, and could not be restored: E/,
  );
  expect(run.story().sort()).toEqual(["a error", "a started", "b cancelled", "c cancelled"]);
});

describe("a journal that is damaged after its run has ended", () => {
  const finish = async (statuses = [0, 0, 0]) => {
    const run = start("--json");
    for (const [at, id] of ["a", "b", "c"].entries()) {
      await (await rig.agent(id)).exit(statuses[at]);
      if (statuses[at] !== 0) break;
    }
    await run.ended;
  };

  test("by a foreign line is read without it, with a warning that names the line", async () => {
    await finish();
    const lines = await readLines();
    const forged = JSON.parse(lines.find((line) => line.includes("task.settled")) ?? "");
    const { n, sum, ...plain } = { ...forged, status: "fail" };
    await writeLines([...lines.slice(0, 3), "garbage", JSON.stringify(plain), ...lines.slice(3)]);
    const status = await rig.run("status");
    expect(status.code).toBe(0);
    expect(status.stdout).toContain("3 pass of 3");
    expect(status.stdout).toMatch(/warning: line 4 of the journal: expected a JSON object/);
    expect(status.stdout).toMatch(/warning: line 5 of the journal: expected a checksum, found none/);
    expect((await rig.run("report")).code).toBe(0);
    const runs = await rig.run("runs");
    expect([runs.code, runs.stdout]).toEqual([1, expect.stringContaining("3 pass of 3")]);
    const { code, stdout, stderr } = await rig.run("resume");
    expect(code).toBe(0);
    expect(stdout).toContain("3 kept, 0 to run");
    expect(stderr).toMatch(/journal\.jsonl:4:1 warning journal-damaged/);
  });

  test("lets the tasks run again whose lines are lost, and keeps the others and the damaged file", async () => {
    await finish();
    const lines = await readLines();
    const isOfB = (line: string) => line.includes('"task.attempted"') && line.includes('"task":"b"');
    await writeLines(lines.map((line) => (isOfB(line) ? line.replace("attempted", "exploded") : line)));
    const run = rig.command(["resume", "--json"]);
    await (await rig.agent("b", 2)).exit();
    await (await rig.agent("c", 2)).exit();
    const { code, stderr } = await run.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining("its checksum is wrong") });
    expect(await run.event("run.resumed")).toMatchObject({
      kept: ["a"],
      again: [
        { task: "b", reason: "lines about it were lost from the journal" },
        { task: "c", reason: "depends on b, which runs again" },
      ],
    });
    expect(await readdir((await rig.latestRun()).path)).toContain("journal.damaged-1.jsonl");
    expect((await readLines()).join("\n")).not.toContain("exploded");
    expect((await rig.run("resume")).stderr).toBe("");
    expect((await statusOf()).counts).toMatchObject({ pass: 3 });
  });

  test("runs a task again whose every line is lost, in a folder that takes the place of the old one", async () => {
    await finish();
    const lines = await readLines();
    await writeLines(lines.filter((line) => !line.includes('"task":"c"')));
    const run = rig.command(["resume", "--json"]);
    await (await rig.agents("c", 2)).at(-1)?.exit();
    expect((await run.ended).code).toBe(0);
    expect((await statusOf()).counts).toMatchObject({ pass: 3 });
  });

  test("at its beginning cannot be resumed, and the error says so", async () => {
    await finish([1]);
    await writeLines((await readLines()).slice(1));
    const { code, stderr } = await rig.run("resume");
    expect(code).toBe(2);
    expect(stderr).toMatch(/journal\.jsonl:1:1 error journal-damaged: expected run.started first/);
    expect((await rig.run("runs")).code).toBe(1);
    expect(rig.started()).toEqual(["a"]);
  });

  test("is repaired before a question is answered, and the answer counts", async () => {
    const run = start("--json");
    await (await rig.agent("a")).exit(0, "VERDICT: QUESTION which port?\n");
    await run.ended;
    const lines = await readLines();
    await writeLines([...lines.slice(0, 2), "garbage", ...lines.slice(2)]);
    const answer = rig.command(["answer", JSON.parse(lines[0] ?? "").run, "a", "port 8080"]);
    await (await rig.agent("a", 2)).exit();
    for (const id of ["b", "c"]) await (await rig.agent(id)).exit();
    const { code, stderr } = await answer.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining("journal-damaged") });
    expect((await statusOf()).journal_warnings).toHaveLength(1);
  });

  test("by a later version is refused", async () => {
    await finish();
    const { lineOf } = await import("../../src/history/journal-line.ts");
    const lines = await readLines();
    const later = { event: "task.promoted", at: new Date().toISOString(), run: "r", task: "a" };
    await writeLines([...lines, lineOf(later as never, lines.length + 1)]);
    const { code, stderr } = await rig.run("resume");
    expect(code).toBe(2);
    expect(stderr).toContain("hint: a later version of interserve wrote it: use that version");
  });
});

import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readJournal } from "../../src/journal/read-journal.ts";
import { manifestOf, Rig } from "../rig.ts";

let rig: Rig;
beforeEach(async () => {
  rig = await Rig.make({
    "plan.exec.yaml": manifestOf([{ a: "", b: "a" }]).replaceAll(/run: .*/g, "run: echo did it"),
  });
});
afterEach(() => rig.close());

interface Fault {
  readonly code: "ENOSPC" | "EACCES" | "EIO" | "EMFILE" | "EROFS";
  readonly calls: readonly string[];
  readonly path: string;
  readonly after?: number;
}
async function runWith(fault: Fault, ...flags: string[]) {
  const command = rig.command(["run", "plan.exec.yaml", "--json", ...flags], {
    NODE_OPTIONS: `--import=${new URL("../fixtures/faulty-fs.mjs", import.meta.url)}`,
    FAULT: JSON.stringify(fault),
  });
  const ended = await command.ended;
  // No fault shows a stack or is called a bug.
  expect(ended.stderr).not.toMatch(/\n {4}at |bug in interserve/);
  return { ...ended, story: command.story() };
}
const runFolder = async () => (await rig.latestRun()).path;

describe("nothing starts if the run's own files cannot be created", () => {
  test.each(["ENOSPC", "EACCES", "EIO", "EMFILE", "EROFS"] as const)("%s", async (code) => {
    for (const fault of [
      { calls: ["mkdir"], path: "\\.state" },
      { calls: ["open", "writeFile", "rename"], path: "run\\.json" },
      { calls: ["open"], path: "journal\\.jsonl" },
      { calls: ["link", "writeFile"], path: "lock" },
      { calls: ["open", "writeFile"], path: "hooks" },
    ]) {
      const { code: status, stderr, story } = await runWith({ code, ...fault });
      expect({ fault, status, story }).toEqual({ fault, status: 2, story: [] });
      expect(stderr).toMatch(new RegExp(`^error: (cannot record the run: )?${code}: injected`));
    }
  });
});

describe("if the journal cannot be written, the run ends in order and can be resumed", () => {
  test.each([
    ["ENOSPC", "appendFile", 1],
    ["EIO", "datasync", 3],
    ["ENOSPC", "appendFile", 4],
    ["EIO", "appendFile", 6],
  ] as const)("%s in %s after %i", async (code, call, after) => {
    const chain = manifestOf([{ a: "", b: "a", c: "b", d: "c" }]).replaceAll(/run: .*/g, "run: echo did it");
    await rig.file("plan.exec.yaml", chain);
    const { code: status, stderr } = await runWith(
      { code, calls: [call], path: "journal", after },
      "--report",
      "report.md",
    );
    expect(status).toBe(1);
    expect(stderr).toContain("wrote report.md\n");
    expect(stderr).toMatch(
      new RegExp(`error: the journal could not be written: ${code}.*\\n.*interserve resume`),
    );
    const { damage } = await readJournal(join(await runFolder(), "journal.jsonl"));
    expect(damage).toEqual([]);
    const resumed = await rig.run("resume");
    expect(resumed.code).toBe(0);
    const all = await readJournal(join(await runFolder(), "journal.jsonl"));
    expect(all.entries.at(-1)?.event).toMatchObject({
      event: "run.finished",
      exit_code: 0,
      counts: { pass: 4 },
    });
  });
});

describe("if the artifacts of an attempt cannot be written, it ends with an error that says so", () => {
  test.each([
    ["ENOSPC", ["open", "writeFile"], "prompt\\.md"],
    ["EACCES", ["mkdir"], "tasks/a"],
    ["EIO", ["open"], "output\\.md"],
    ["ENOSPC", ["writeFile"], "output\\.md"],
    ["ENOSPC", ["open", "writeFile", "rename"], "outcome\\.json"],
  ] as const)("%s of %j on %s", async (code, calls, path) => {
    const { code: status, story, stdout } = await runWith({ code, calls, path });
    expect(status).toBe(1);
    expect(story.filter((word) => !word.endsWith("started")).sort()).toEqual(["a error", "b skipped"]);
    expect(stdout).toContain(`${code}: injected`);
    const files = await readdir(join(await runFolder(), "tasks/a/1")).catch(() => []);
    // An incomplete file never has its final name.
    for (const file of files) {
      if (file === "outcome.json")
        JSON.parse(await readFile(join(await runFolder(), "tasks/a/1", file), "utf8"));
    }
    expect((await rig.run("resume")).code).toBe(0);
  });
});

test("a run whose directory vanishes ends with errors, not with a crash", async () => {
  await rig.file("plan.exec.yaml", manifestOf([{ a: "", b: "a" }]));
  const run = rig.command(["run", "plan.exec.yaml", "--json"]);
  const a = await rig.agent("a");
  await rm(rig.stateDir, { recursive: true });
  await a.exit();
  const { code, stderr } = await run.ended;
  expect(code).toBe(1);
  expect(stderr).not.toMatch(/\n {4}at /);
});

test("a reader sees complete files at any time, and breaks nothing", async () => {
  await rig.file("plan.exec.yaml", manifestOf([{ a: "", b: "", c: "", d: "a b c" }]));
  const run = rig.command(["run", "plan.exec.yaml", "--json"]);
  for (const id of ["a", "b", "c", "d"]) {
    const agent = await rig.agent(id);
    const status = await rig.run("status", "--json");
    expect({ code: status.code, stderr: status.stderr }).toEqual({ code: 0, stderr: "" });
    expect(JSON.parse(status.stdout).tasks).toHaveLength(4);
    await agent.exit();
    await run.event("task.settled", id);
  }
  expect((await run.ended).code).toBe(0);
});

test("a file in place of the state directory is reported with a hint", async () => {
  await writeFile(rig.stateDir, "");
  const { code, stderr } = await rig.run("run", "plan.exec.yaml");
  expect(code).toBe(2);
  expect(stderr).toMatch(/^error: .*\.state.*\n {2}hint: .*\n$/);
});

import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { manifestOf, Rig } from "../rig.ts";
import { all, parseXml } from "../xml.ts";

let rig: Rig;
beforeEach(async () => {
  rig = await Rig.make();
});
afterEach(() => rig.close());

const read = (path: string) => readFile(join(rig.dir, path), "utf8");
const report = async (...args: string[]) => {
  const { code, stdout, stderr } = await rig.run("report", ...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout;
};
/** What each format says about each task, in a word. */
async function words(): Promise<{ markdown: Record<string, string>; junit: Record<string, string> }> {
  const rows = [...(await report()).matchAll(/^\| .*? \| <b>(.*?)<\/b>.*? \| \S+ (\w+) \|/gm)];
  const cases = all(parseXml(await report("--format", "junit")), "testcase");
  return {
    markdown: Object.fromEntries(rows.map(([, id, status]) => [id, status])),
    junit: Object.fromEntries(
      cases.map(({ attributes: { name }, children }) => [
        name,
        children.map((child) => child.name).join(" ") || "passed",
      ]),
    ),
  };
}
const quick = (...tasks: readonly string[]) =>
  `version: 1\nmode: dependency-driven\nstages:\n  - name: s\n    tasks:\n${tasks.map((task) => `      - ${task}\n`).join("")}`;
const passing = quick('{id: a, run: "true"}');

describe("a report", () => {
  test("of an ended run has tasks of every status, and the output of a failed `verify` command", async () => {
    await rig.file(
      "plan.exec.yaml",
      quick(
        '{id: a, run: "true"}',
        `{id: w, run: "echo 'VERDICT: NEEDS_ATTENTION it is slow'"}`,
        '{id: f, run: "echo on its way; echo no such table >&2; exit 3"}',
        `{id: q, run: "echo 'VERDICT: QUESTION which port?'"}`,
        '{id: s, depends: [f], run: "true"}',
        '{id: v, run: "true", verify: [{run: "true"}, {run: "echo 2 of 9 failed; false"}]}',
      ),
    );
    await rig.run("run", "plan.exec.yaml");
    const { markdown, junit } = await words();
    expect(markdown).toEqual({ a: "pass", w: "warn", f: "fail", q: "question", s: "skipped", v: "fail" });
    expect(junit).toEqual({
      a: "passed",
      w: "system-err system-out",
      f: "failure system-out",
      q: "failure system-out",
      s: "skipped",
      v: "failure system-out",
    });
    const text = await report();
    expect(text).toMatch(/^### ❌ plan\.exec\.yaml: 1 pass, 1 warn, 2 fail, 1 skipped, 1 question of 6 in /);
    expect(text).toContain("log.txt:\n\n```text\nno such table\n```");
    expect(text).toContain("verify-2.txt:\n\n```text\n2 of 9 failed\n```");
    expect(text).toMatch(/To answer: `interserve answer \S+ q "…"`/);
    const facts = JSON.parse(await report("--json"));
    expect(facts.tasks[2]).toMatchObject({
      id: "f",
      status: "fail",
      attempts: [{ attempt: 1, status: "fail", reason: "exit status 3: no such table" }],
      place: { file: join(rig.dir, "plan.exec.yaml"), line: 8 },
    });
  });

  test("of a live run says that it is still running", async () => {
    await rig.file("plan.exec.yaml", manifestOf([{ a: "", b: "a" }]));
    const run = rig.command(["run", "plan.exec.yaml", "--json"]);
    const a = await rig.agent("a");
    expect(await words()).toEqual({
      markdown: { a: "running", b: "pending" },
      junit: { a: "skipped", b: "skipped", "the run as a whole": "error" },
    });
    expect(await report()).toContain("**Still running**");
    await a.exit();
    await (await rig.agent("b")).exit();
    await run.ended;
    expect(await report()).toContain("Ended with exit status 0");
  });

  test("of a killed run has the output so far, and after it is resumed both attempts", async () => {
    await rig.file("plan.exec.yaml", manifestOf([{ a: "", b: "a" }]));
    const run = rig.command(["run", "plan.exec.yaml", "--json"]);
    const a = await rig.agent("a");
    await a.write("half of it\n");
    const { path } = await rig.latestRun();
    const part = () => readFile(join(path, "tasks/a/1/output.md.part"), "utf8").catch(() => "");
    await expect.poll(part, { timeout: 60_000 }).toContain("half of it");
    run.child.kill("SIGKILL");
    await run.ended;
    expect(await words()).toEqual({
      markdown: { a: "interrupted", b: "pending" },
      junit: { a: "error system-out", b: "skipped" },
    });
    const text = await report();
    expect(text).toContain("**Killed before it ended**");
    expect(text).toContain("half of it");
    expect(text).toMatch(/To continue: `interserve resume \S+`/);

    const again = rig.command(["resume", "--json", "--report", "r.xml"]);
    await (await rig.agent("a", 2)).exit();
    await (await rig.agent("b")).exit();
    expect((await again.ended).code).toBe(0);
    const [first] = all(parseXml(await read("r.xml")), "testcase");
    expect(first?.children.map(({ name, attributes }) => [name, attributes.type])).toEqual([
      ["flakyFailure", "interrupted"],
    ]);
    expect(await report()).toMatch(/<b>a<\/b> \| ✅ pass \| \S+ \| 2 \|/);
  });

  test("of a run with retries has the result of each attempt, and what the agents used", async () => {
    const started = '{"type":"thread.started","thread_id":"t"}';
    const failed = '{"type":"turn.failed","error":{"message":"stream disconnected"}}';
    const done = '{"type":"item.completed","item":{"type":"agent_message","text":"VERDICT: CLEAN"}}';
    const usage = '{"type":"turn.completed","usage":{"input_tokens":900,"output_tokens":100}}';
    const codex = await rig.file(
      "codex",
      `#!/bin/sh\ncat > /dev/null\necho '${started}'\n[ "\${INTERSERVE_ATTEMPT##*/}" = 1 ] && echo '${failed}' && exit 1\necho '${done}'\necho '${usage}'\n`,
    );
    await chmod(codex, 0o755);
    await rig.file(
      "interserve.config.yaml",
      `engines:\n  codex:\n    executable: ${codex}\nbackoff: {first: 0.02, most: 1}\n`,
    );
    await rig.file("plan.exec.yaml", quick("{id: a, prompt: do it, engine: codex, retries: 1}"));
    expect((await rig.run("run", "plan.exec.yaml")).code).toBe(0);
    const [a] = all(parseXml(await report("--format", "junit")), "testcase");
    expect(a?.children.map(({ name, attributes }) => [name, attributes.message])).toEqual([
      ["flakyFailure", expect.stringMatching(/^attempt 1: .*stream disconnected/)],
    ]);
    expect(await report()).toContain("Used: 1000 tokens (100 of them output), cost unknown.");
  });

  test("of a plan without a manifest has tasks at their headings", async () => {
    await rig.file("docs/plan.md", "# Plan\n\n### Task 1: First\n\nDo.\n\n### Task 2: Second\n\nDo.\n");
    await rig.file(
      "interserve.config.yaml",
      `engines:\n  command:\n    run: "echo VERDICT: CLEAN; exit $((\${INTERSERVE_TASK#task-} - 1))"\n`,
    );
    await rig.run("run", "docs/plan.md", "--engine", "command");
    expect((await words()).markdown).toEqual({ "task-1": "pass", "task-2": "fail" });
    expect(await report("--format", "github")).toBe(
      "::error file=docs/plan.md,line=7,title=fail%3A task-2 Second::exit status 1\n",
    );
  });

  test("is of the named run, or of the latest one without a name", async () => {
    await rig.file("plan.exec.yaml", passing);
    await rig.run("run", "plan.exec.yaml");
    const { run: first } = await rig.latestRun();
    await rig.file("plan.exec.yaml", passing.replace("id: a", "id: b"));
    await rig.run("run", "plan.exec.yaml");
    const { run: second } = await rig.latestRun();
    const names = [JSON.parse(await report("--json")).run, JSON.parse(await report(first, "--json")).run];
    expect(names).toEqual([second, first]);
  });
});

describe("a report file", () => {
  test("has the format of its extension, and a new directory if needed, at the end of a run and later", async () => {
    await rig.file("plan.exec.yaml", passing);
    const files = ["out/deep/r.md", "out/r.xml", "r.HTML"];
    const { code, stderr } = await rig.run(
      "run",
      "plan.exec.yaml",
      ...files.flatMap((file) => ["--report", file]),
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: files.map((file) => `wrote ${file}\n`).join("") });
    expect(await read("out/deep/r.md")).toMatch(/^### ✅ plan\.exec\.yaml: 1 pass of 1 in /);
    expect(all(parseXml(await read("out/r.xml")), "testcase")).toHaveLength(1);
    expect(await read("r.HTML")).toMatch(/^<!doctype html>/);
    expect(await report("-o", "again.xml")).toBe("wrote again.xml\n");
    expect(await read("again.xml")).toBe(await read("out/r.xml"));
    expect(await report("-o", "any.txt", "--format", "markdown")).toBe("wrote any.txt\n");
    expect(await read("any.txt")).toBe(await read("out/deep/r.md"));
  });

  test.each(["run", "resume"])(
    "with an unknown extension or a path that cannot be written is reported before a %s starts",
    async (command) => {
      await rig.file("plan.exec.yaml", quick('{id: a, run: "touch ran; false"}'));
      await rig.run("run", "plan.exec.yaml");
      await rig.run("clean", "--keep", command === "run" ? "0" : "1");
      const before = (await rig.runs()).length;
      await rig.file("file", "");
      await mkdir(join(rig.dir, "folder.md"));
      const given = command === "run" ? ["run", "plan.exec.yaml"] : ["resume"];
      for (const [file, said] of [
        ["r.pdf", "expected a report's name to end in one of .md, .xml, .html, found r.pdf"],
        ["report", "expected a report's name to end in one of"],
        ["file/r.md", "file is not a directory"],
        ["folder.md", "found the directory"],
      ] as const) {
        const { code, stdout, stderr } = await rig.run(...given, "--report", "ok.md", "--report", file);
        expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
        expect(stderr).toContain(said);
      }
      expect((await rig.runs()).length).toBe(before);
      expect(await readdir(rig.dir)).not.toContain("ok.md");
    },
  );

  test("that cannot be written at the end is reported, and makes exit status 0 a 1", async () => {
    // The task creates a directory at the path of the report.
    await rig.file("plan.exec.yaml", quick('{id: a, run: "mkdir -p r.md/x; touch out"}'));
    const { code, stdout, stderr } = await rig.run(
      ..."run plan.exec.yaml --json --report r.md --report out/r.md --report ok.md".split(" "),
    );
    expect(code).toBe(1);
    expect(JSON.parse(stdout.trim().split("\n").at(-1) ?? "")).toMatchObject({
      event: "run.finished",
      exit_code: 0,
    });
    expect(stderr).toMatch(
      /^error: cannot write the report r\.md: .*\nerror: cannot write the report out\/r\.md: .*\nwrote ok\.md\n$/,
    );
    expect(JSON.parse((await rig.run("status", "--json")).stdout)).toMatchObject({ exit_code: 0 });
  });

  test("is not written by `report` with wrong arguments or without a run", async () => {
    const mistake = async (...args: string[]) => {
      const { code, stdout, stderr } = await rig.run("report", ...args);
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      return stderr;
    };
    expect(await mistake()).toContain("there are no runs of");
    expect(await mistake("--format", "pdf")).toContain("Allowed choices are markdown, junit, github, html");
    expect(await mistake("-o", "r.txt")).toContain("to end in one of .md, .xml, .html, found r.txt");
    expect(await mistake("--json", "--format", "html")).toContain("cannot be used with");
    expect((await rig.run("run", "x", "--dry-run", "--report", "r.md")).stderr).toContain(
      "cannot be used with",
    );
  });
});

describe("in GitHub Actions", () => {
  const inActions = (args: string[], env: Record<string, string> = {}) => {
    const all = {
      GITHUB_ACTIONS: "true",
      GITHUB_WORKSPACE: rig.dir,
      GITHUB_STEP_SUMMARY: join(rig.dir, "summary"),
      ...env,
    };
    const command = rig.command(args, all);
    command.child.stdin?.end();
    return command.ended;
  };
  /** Lines that the runner would read as a known command. */
  const commands = (log: string) =>
    log.split("\n").filter((line) => /^\s*::[\w-]+(?: [^:]*)?::|##\[/.test(line));

  test.each([[[]], [["--json"]]])(
    "a run %j annotates tasks that did not pass, and appends to the step's summary",
    async (flags) => {
      await rig.file("plan.exec.yaml", quick('{id: a, run: "true"}', '{id: b, run: "exit 3"}'));
      await writeFile(join(rig.dir, "summary"), "before\n");
      const { code, stdout, stderr } = await inActions(["run", "plan.exec.yaml", ...flags]);
      expect(code).toBe(1);
      expect(stderr).toBe("::error file=plan.exec.yaml,line=7,title=fail%3A b::exit status 3\n");
      for (const line of flags.length > 0 ? stdout.trim().split("\n") : []) JSON.parse(line);
      expect(await read("summary")).toMatch(/^before\n\n### ❌ plan\.exec\.yaml: 1 pass, 1 fail of 2 in /);
    },
  );

  test.each([[[]], [["--json"]]])(
    "no text of a task or an agent is a command in what a run %j prints",
    async (flags) => {
      const evil = ["::set-output name=a::b", "##[add-mask]x", "::stop-commands::t"];
      await rig.file("say", `${evil.join("\n")}\n`);
      const title = JSON.stringify(`${evil[0]} ${evil[1]}`);
      await rig.file(
        "plan.exec.yaml",
        quick(
          `{id: "::error::id", title: ${title}, run: "cat say; cat say >&2; exit 3"}`,
          `{id: q, title: ${title}, run: "echo 'VERDICT: QUESTION ::error::why ##[error]x'"}`,
          `{id: s, depends: ["::error::id"], run: "true"}`,
        ),
      );
      for (const args of [
        ["check", "plan.exec.yaml"],
        ["show", "plan.exec.yaml"],
        ["run", "plan.exec.yaml"],
        ["status"],
        ["resume"],
      ]) {
        const { stdout, stderr } = await inActions([...args, ...flags]);
        expect([args, commands(stdout)]).toEqual([args, []]);
        const ours = commands(stderr).map((line) => line.split(" ")[0]);
        const isRun = args[0] === "run" || args[0] === "resume";
        expect(ours).toEqual(isRun ? ["::error", "::warning", "::notice"] : []);
      }
      for (const format of ["markdown", "junit"]) {
        expect(commands((await inActions(["report", "--format", format])).stdout)).toEqual([]);
      }
      expect(commands((await inActions(["report", "--json"])).stdout)).toEqual([]);
    },
  );

  test("a full or unwritable summary is reported, and does not affect the run", async () => {
    await rig.file("plan.exec.yaml", passing);
    await writeFile(join(rig.dir, "summary"), "x".repeat(1024 * 1024));
    const full = await inActions(["run", "plan.exec.yaml"]);
    expect({ code: full.code, stderr: full.stderr }).toEqual({
      code: 0,
      stderr: "error: cannot write the step's summary: it would be larger than 1 MiB\n",
    });
    const gone = await inActions(["run", "plan.exec.yaml"], {
      GITHUB_STEP_SUMMARY: join(rig.dir, "no/summary"),
    });
    expect(gone.code).toBe(0);
    expect(gone.stderr).toMatch(/^error: cannot write the step's summary: ENOENT/);
  });
});

test("a run whose journal is overwritten still writes its report", async () => {
  await rig.file("plan.exec.yaml", manifestOf([{ a: "" }]));
  const run = rig.command(["run", "plan.exec.yaml", "--json", "--report", "r.md"]);
  const a = await rig.agent("a");
  await writeFile((await rig.latestRun()).journal, "{\n");
  await a.exit();
  const { code, stderr } = await run.ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining("wrote r.md\n") });
});

test("a report that can no longer be written at the end of a run is an error", async () => {
  await rig.file("plan.exec.yaml", manifestOf([{ a: "" }]));
  const run = rig.command(["run", "plan.exec.yaml", "--json", "--report", "reports/r.md"]);
  const a = await rig.agent("a");
  await rig.file("reports", "a file in place of the folder");
  await a.exit();
  const { code, stderr } = await run.ended;
  expect(code).toBe(1);
  expect(stderr).toContain("error: cannot write the report reports/r.md: ");
});

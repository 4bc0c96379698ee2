import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";
import { describe, expect, test } from "vitest";
import { countStatuses } from "../../schemas/event.ts";
import { statuses } from "../../schemas/outcome.ts";
import type { RunReport, TaskReport } from "../../schemas/run-report.ts";
import { annotations } from "../../src/report/annotations.ts";
import { junitReport } from "../../src/report/junit.ts";
import { markdownReport } from "../../src/report/markdown.ts";
import { all, parseXml } from "../xml.ts";

const task = (id: string, some: Partial<TaskReport> = {}): TaskReport => ({
  id,
  title: id,
  stage: "Core",
  depends: [],
  engine: "command",
  status: "pass",
  attempt: 1,
  duration_s: 1.5,
  reason: null,
  failure: null,
  verdict: null,
  files_changed: [],
  notes: [],
  attempts: [{ attempt: 1, status: "pass", duration_s: 1.5, reason: null }],
  artifacts: "/p/.interserve/runs/r/tasks/a/1",
  usage: null,
  place: null,
  said: [],
  ...some,
});
const report = (tasks: readonly TaskReport[], some: Partial<RunReport> = {}): RunReport => ({
  run: "20260101-120000-abcd",
  state: "finished",
  pid: null,
  manifest: "/p/plan.exec.yaml",
  plan: "/p/plan.md",
  mode: "dependency-driven",
  started: "2026-01-01T12:00:00.000Z",
  ended: "2026-01-01T12:01:23.000Z",
  duration_s: 83,
  exit_code: tasks.every(({ status }) => status === "pass" || status === "warn") ? 0 : 1,
  counts: countStatuses(tasks.map(({ status }) => status)),
  directory: "/p/.interserve/runs/r",
  project_dir: "/p",
  usage: {},
  agent_attempts: 0,
  journal_warnings: [],
  attempts_with_cost: 0,
  written: "2026-01-01T12:02:00.000Z",
  tasks,
  ...some,
});
const tail = (text: string, left_out = 0) => ({ head: "", left_out, tail: text });

/** Texts that try to break out of their place in a report. */
const hostile = [
  "<script>alert(1)</script><img src=x onerror=alert(2)></details></td></table>",
  "| a | b |\n\n| c |",
  "@octocat @github/security mail me@example.com GH-12 #34 octo/repo#5",
  "https://evil.example/x www.evil.example mailto:a@b.example <https://evil.example>",
  "[link](https://evil.example) ![image](https://evil.example/i.png) [x]: y `code` ``` **b** _i_ ~~s~~ $x$",
  "# heading",
  "- item\n+ item\n1. item\n=====\n----\n> quote",
  "::error::injected\n::stop-commands::x\n##[add-mask]x ##vso[task.setvariable]x",
  "\u001b[31mred\u001b]0;t\u0007\u202e\u0000\u000b\ufffe\uffff\ud800 \u{1f600} ]]> &amp; &#64;octocat \u200b@octocat",
  "a, b: c%0Ad %3A::",
];
const everywhere = (text: string): RunReport =>
  report(
    statuses.map((status) =>
      task(`${status} ${text}`, {
        title: text,
        stage: text,
        status,
        reason: text,
        verdict: text,
        notes: [text],
        files_changed: [text],
        attempt: 2,
        attempts: [
          { attempt: 1, status: "fail", duration_s: 1, reason: text },
          { attempt: 2, status, duration_s: 1, reason: text },
        ],
        said: [{ name: "output.md", text: tail(`${text}\n${"`".repeat(80)}\n${text}`) }],
        place: { file: `/p/${text}`, line: 3 },
      }),
    ),
    { manifest: `/p/${text}`, plan: null },
  );

const rendered = (markdown: string): string =>
  micromark(markdown, { extensions: [gfm()], htmlExtensions: [gfmHtml()], allowDangerousHtml: true });
const withoutCode = (html: string): string => html.replaceAll(/<(pre|code)\b[\s\S]*?<\/\1>/g, "");

describe("markdown", () => {
  test.each(hostile)("%j stays text in its place", (text) => {
    const markdown = markdownReport(everywhere(text));
    const html = rendered(markdown);
    const plain = withoutCode(html);
    const elements = [...html.matchAll(/<\/?([a-z][a-z0-9]*)[ >]/gi)].map(([, name]) => name);
    const ours = "h3 p code table thead tbody tr th td b details summary pre ul li".split(" ");
    expect(elements.filter((name) => !ours.includes(name ?? ""))).toEqual([]);
    const count = (what: RegExp) => html.match(what)?.length ?? 0;
    expect(count(/<details/g)).toBe(count(/<\/details>/g));
    expect({ headings: count(/<h3>/g), tables: count(/<table>/g) }).toEqual({ headings: 1, tables: 1 });
    // One row for the head and one for each task, each with six cells.
    expect({ rows: count(/<tr>/g), cells: count(/<t[dh][ >]/g) }).toEqual({ rows: 9, cells: 54 });
    // What GitHub finds in the texts of the page: people, issues, addresses.
    const seen = plain
      .replaceAll(/<[^>]*>/g, "\n")
      .replaceAll(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))
      .replaceAll("&amp;", "&");
    expect(seen).not.toMatch(/@[a-z\d]|#\d|\bGH-\d|:\/\/|\bwww\.|mailto:/i);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be there.
    expect(markdown).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f\u202e]|\p{Surrogate}/u);
    expect(markdown).not.toMatch(/^\s*::|##\w*\[/m);
  });

  test("every text remains readable", () => {
    const [first = ""] = hostile;
    const html = rendered(markdownReport(everywhere(first)));
    expect(html).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
  });

  test("a task that did not pass has its attempts, its verdict and the end of its output", () => {
    const b = task("b", {
      title: "Query parser",
      status: "fail",
      reason: "exit status 3",
      verdict: "VERDICT: CLEAN",
      attempt: 2,
      attempts: [
        { attempt: 1, status: "interrupted", duration_s: 0, reason: null },
        { attempt: 2, status: "fail", duration_s: 75, reason: "exit status 3" },
      ],
      duration_s: 75,
      said: [{ name: "log.txt", text: tail("last words\n", 9000) }],
    });
    const a = task("a", { files_changed: ["src/a.ts"] });
    const c = task("c", {
      status: "skipped",
      reason: "depends on b, which did not pass",
      stage: "Search",
      attempt: 0,
    });
    const usage = {
      usage: { input_tokens: 900, output_tokens: 100 },
      agent_attempts: 1,
      journal_warnings: [],
      attempts_with_cost: 0,
    };
    expect(
      markdownReport(report([a, b, c], usage)),
    ).toBe(`### ❌ plan.md: 1 pass, 1 fail, 1 skipped of 3 in 1m 23s

Run \`20260101-120000-abcd\`, dependency-driven. Ended with exit status 1. Used: 1000 tokens (100 of them output), cost unknown.

To continue: \`interserve resume 20260101-120000-abcd\`

| Stage | Task | Status | Time | Attempts | Reason |
| --- | --- | --- | --: | --: | --- |
| Core | <b>a</b> | ✅ pass | 1.5s | 1 |  |
|  | <b>b</b> Query parser | ❌ fail | 1m 15s | 2 | exit status 3 |
| Search | <b>c</b> | ⏭️ skipped |  |  | depends on b, which did not pass |

<details><summary>Graph</summary>

\`\`\`mermaid
flowchart LR
  subgraph s0 ["Core"]
    t0["a"]
    t1["b: Query parser"]
  end
  subgraph s1 ["Search"]
    t2["c"]
  end
  t0 -.-> t2
  t1 -.-> t2
  classDef done fill:#1a7f37,color:#fff
  class t0 done
  classDef failed fill:#cf222e,color:#fff
  class t1 failed
  classDef idle fill:#6e7781,color:#fff
  class t2 idle
\`\`\`

</details>

<details><summary>1 file changed</summary>

- src/a.ts (a)

</details>

<details open><summary>❌ <b>b</b> Query parser: fail</summary>

exit status 3

- Attempt 1: interrupted
- VERDICT: CLEAN

The end of log.txt:

\`\`\`text
last words
\`\`\`

</details>
`);
  });

  test.each([10, 400, 5000])(
    "a report of %d tasks with long outputs fits into a comment, and says what is left out",
    (count) => {
      const tasks = Array.from({ length: count }, (_, at) =>
        task(`task-${at}`, {
          title: "&".repeat(300),
          stage: `stage ${Math.floor(at / 10)}`,
          status: "fail",
          reason: "|".repeat(1000),
          files_changed: [`src/${at}.ts`],
          said: [{ name: "output.md", text: tail("x\n".repeat(4000)) }],
        }),
      );
      const markdown = markdownReport(report(tasks));
      expect(markdown.length).toBeLessThanOrEqual(64_000);
      expect(markdown).toMatch(/\d+ more tasks are left out here/);
      expect(rendered(markdown).match(/<details/g)?.length).toBe(
        rendered(markdown).match(/<\/details>/g)?.length,
      );
    },
  );
});

describe("JUnit XML", () => {
  test.each(hostile)("%j stays text in its place", (text) => {
    const suites = parseXml(junitReport(everywhere(text)));
    expect(all(suites, "testcase")).toHaveLength(statuses.length);
    const known = "testsuite testcase failure error skipped flakyFailure rerunFailure system-out system-err";
    const names = known.split(" ").flatMap((name) => all(suites, name));
    const total = (element: typeof suites): number =>
      element.children.reduce((sum, one) => sum + 1 + total(one), 0);
    expect(names).toHaveLength(total(suites));
  });

  test("has the counts, suites and cases of the run", () => {
    const retried = {
      attempt: 2,
      attempts: [
        { attempt: 1, status: "fail", duration_s: 1, reason: "stream disconnected" },
        { attempt: 2, status: "pass", duration_s: 1, reason: null },
      ],
    } as const;
    const suites = parseXml(
      junitReport(
        report([
          task("a", { ...retried, title: "First" }),
          task("b", { status: "error", reason: "ended by SIGKILL" }),
          task("q", { status: "question", reason: "which port?", stage: "v1.2 Search" }),
          task("s", { status: "skipped", reason: "depends on b", stage: "v1.2 Search" }),
        ]),
      ),
    );
    expect(suites.attributes).toEqual({
      name: "plan.md",
      tests: "4",
      failures: "1",
      errors: "1",
      time: "83.000",
    });
    expect(
      suites.children.map(({ attributes: { name, tests, failures, errors, skipped, time } }) => [
        name,
        tests,
        failures,
        errors,
        skipped,
        time,
      ]),
    ).toEqual([
      ["Core", "2", "0", "1", "0", "3.000"],
      ["v1.2 Search", "2", "1", "0", "1", "3.000"],
    ]);
    const [a, b, q, s] = all(suites, "testcase");
    expect(a?.attributes).toEqual({ name: "a: First", classname: "plan_md.Core", time: "1.500" });
    expect(q?.attributes.classname).toBe("plan_md.v1_2 Search");
    const faults = [a, b, q, s].map((one) =>
      one?.children.map(({ name, attributes }) => [name, attributes.message]),
    );
    expect(faults).toEqual([
      [["flakyFailure", "attempt 1: stream disconnected"]],
      [["error", "ended by SIGKILL"]],
      [["failure", "which port?"]],
      [["skipped", "depends on b"]],
    ]);
  });

  const red = (run: RunReport) => {
    const { failures, errors } = parseXml(junitReport(run)).attributes;
    return Number(failures) + Number(errors) > 0;
  };
  test.each(statuses)("a run of one task with status %s is red if its exit status is not 0", (status) => {
    const run = report([task("a", { status })]);
    expect(red(run)).toBe(run.exit_code !== 0);
  });
  test("a run is red if it was killed between tasks, is still running or was stopped", () => {
    const pending = [task("a"), task("b", { status: "pending", attempt: 0 })];
    expect(red(report(pending, { state: "killed", exit_code: null }))).toBe(true);
    expect(red(report(pending, { state: "running", exit_code: null }))).toBe(true);
    expect(red(report([task("a")], { exit_code: 130 }))).toBe(true);
  });
});

describe("annotations", () => {
  /** Reads a line as GitHub's runner does. */
  const read = (line: string) => {
    const [, level, properties = "", text = ""] = /^::(\w+) ([^:]*)::(.*)$/.exec(line) ?? [];
    const unescaped = (value: string) =>
      value
        .replaceAll("%0D", "\r")
        .replaceAll("%0A", "\n")
        .replaceAll("%3A", ":")
        .replaceAll("%2C", ",")
        .replaceAll("%25", "%");
    const pairs = properties.split(",").map((pair) => pair.split(/=(.*)/s).slice(0, 2).map(unescaped));
    return { level, ...Object.fromEntries(pairs), text: unescaped(text) };
  };
  const lines = (run: RunReport) => annotations(run, "/p").split("\n").slice(0, -1);

  test.each(hostile)("%j is the text of one command, and starts no other", (text) => {
    const all = lines(everywhere(text));
    expect(all.map((line) => read(line).level)).toEqual([
      "error",
      "error",
      "warning",
      "warning",
      "warning",
      "notice",
    ]);
    expect(all.join("\n")).not.toMatch(/##\w*\[/);
  });

  test("a task has its place in the repository, and none outside of it", () => {
    const some = { status: "fail", reason: "50 %, or so: no" } as const;
    const all = lines(
      report([
        task("a", { ...some, title: "One: two, three", place: { file: "/p/docs/plan.md", line: 12 } }),
        task("b", { ...some, place: { file: "/elsewhere/plan.md", line: 12 }, attempt: 3 }),
      ]),
    );
    expect(all[0]).toBe(
      "::error file=docs/plan.md,line=12,title=fail%3A a One%3A two%2C three::50 %25, or so: no",
    );
    expect(all[1]).toBe("::error title=fail%3A b::50 %25, or so: no (attempt 3)");
  });

  test("tasks beyond what GitHub shows are counted, and tasks that never ran take one line", () => {
    const many = (status: TaskReport["status"]) =>
      Array.from({ length: 30 }, (_, at) => task(`${status}-${at}`, { status }));
    const all = lines(report([...many("fail"), ...many("warn"), ...many("skipped"), ...many("pass")])).map(
      read,
    );
    expect(all.map(({ level }) => level).filter((level) => level === "error")).toHaveLength(10);
    expect(all.filter(({ level }) => level === "warning")).toHaveLength(10);
    expect(all[9]?.text).toBe("21 more tasks; see the summary");
    expect(all.at(-1)?.text).toMatch(/^skipped or cancelled: skipped-0, .* and 22 more$/);
  });
});

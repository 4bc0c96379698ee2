import { join } from "node:path";
import { createColors } from "picocolors";
import { describe, expect, test } from "vitest";
import type { RunEvent } from "../../schemas/event.ts";
import { statuses } from "../../schemas/outcome.ts";
import { jsonReporter } from "../../src/terminal/json.ts";
import { plainReporter } from "../../src/terminal/plain.ts";
import { at, directory, evil, finished, key, obeyed, started } from "../report/events.ts";

const none = createColors(false);

function plain(events: readonly RunEvent[]): string {
  let text = "";
  const reporter = plainReporter({ write: (more) => (text += more) }, none);
  for (const event of events) reporter.event(event);
  return text;
}

describe("plain lines", () => {
  test("show each event that matters, and a summary of what did not pass, with its reason and its artifacts", () => {
    const artifacts = join(directory, "tasks/b/2");
    expect(
      plain([
        started([
          { id: "a", title: "First" },
          { id: "b", title: "b" },
          { id: "c", title: "Third" },
        ]),
        at({ event: "task.ready", task: "a" }),
        at({ event: "task.started", task: "a", attempt: 1, key }),
        at({ event: "task.progress", task: "a", text: "reading" }),
        at({
          event: "task.attempted",
          task: "a",
          attempt: 1,
          duration_s: 1,
          outcome: { status: "pass" },
          gates: 0,
        }),
        at({ event: "task.settled", task: "a", status: "pass", duration_s: 1.23 }),
        at({ event: "task.started", task: "b", attempt: 2, key }),
        at({
          event: "task.settled",
          task: "b",
          status: "fail",
          duration_s: 75,
          reason: "exit status 3",
          artifacts,
        }),
        at({
          event: "task.settled",
          task: "c",
          status: "skipped",
          duration_s: 0,
          reason: "depends on b, which did not pass",
        }),
        at({ event: "batch.held", next: ["d", "e"] }),
        at({ event: "run.cancelled", reason: "interrupted by SIGINT" }),
        finished({ pass: 1, fail: 1, skipped: 1 }),
      ]),
    ).toBe(`r1  dependency-driven, 3 tasks, at most 5 at once
started   a First
pass      a First 1.2s
started   b, attempt 2
fail      b 1m 15s: exit status 3
skipped   c Third: depends on b, which did not pass
paused    before the next batch: d, e
cancelled interrupted by SIGINT

  fail      b
            exit status 3
            .interserve/runs/r1/tasks/b/2
  skipped   c Third
            depends on b, which did not pass
1 pass, 1 fail, 1 skipped of 3 in 1m 23s
artifacts: .interserve/runs/r1
continue: interserve resume r1
`);
  });

  test("say that all-sequential runs one task at a time", () => {
    const text = plain([started([{ id: "a", title: "a" }], { mode: "all-sequential" })]);
    expect(text).toBe("r1  all-sequential, 1 task, one at a time\n");
  });

  test("show a question with the command that answers it, quoted for a shell", () => {
    const tasks = [{ id: "q" }, { id: "it's $1" }];
    const ask = (task: string) =>
      at({ event: "task.settled", task, status: "question", duration_s: 1, reason: "which port?" });
    expect(
      plain([started(tasks), ask("q"), ask("it's $1")])
        .split("\n")
        .slice(1),
    ).toEqual([
      "question  q 1.0s: which port?",
      '          interserve answer r1 q "…"',
      "question  it's $1 1.0s: which port?",
      `          interserve answer r1 'it'\\''s $1' "…"`,
      "",
    ]);
    const elsewhere = started(tasks, { directory: "/else where/.interserve/runs/r1" });
    expect(plain([elsewhere, ask("q")])).toContain(
      `interserve answer r1 q "…" --project-dir '/else where'\n`,
    );
  });

  test("show every status, and in the summary all except pass", () => {
    const tasks = statuses.map((status) => ({ id: `t-${status}`, title: `t-${status}` }));
    const text = plain([
      started(tasks),
      ...statuses.map((status) => at({ event: "task.settled", task: `t-${status}`, status, duration_s: 1 })),
      finished(Object.fromEntries(statuses.map((status) => [status, 1]))),
    ]);
    const [lines = "", summary = ""] = text.split("\n\n");
    for (const status of statuses) expect(lines).toMatch(new RegExp(`^${status.padEnd(9)} t-${status}`, "m"));
    expect(summary.match(/^ {2}\w+ +t-/gm)).toHaveLength(statuses.length - 1);
    expect(summary).toContain(`${statuses.map((status) => `1 ${status}`).join(", ")} of 8`);
  });

  test("untrusted text contains nothing that a terminal obeys, and no line break", () => {
    const text = plain([
      started([{ id: evil, title: evil }], { directory: `/p/${evil}` }),
      at({ event: "task.started", task: evil, attempt: 1, key }),
      at({
        event: "task.settled",
        task: evil,
        status: "fail",
        duration_s: 1,
        reason: evil,
        artifacts: `/p/${evil}`,
      }),
      at({ event: "batch.held", next: [evil] }),
      at({ event: "run.cancelled", reason: evil }),
      finished({ fail: 1 }),
    ]);
    expect(text).not.toMatch(obeyed);
    expect(text.split("\n")).toHaveLength(5 + 1 + 3 + 3 + 1);
  });
});

test("--json prints any event on one line", () => {
  let text = "";
  const event = at({ event: "task.progress", task: evil, text: "a\nb\u2028c" });
  jsonReporter({ write: (more) => (text += more) }).event(event);
  expect(text.split("\n")).toHaveLength(2);
  expect(JSON.parse(text)).toEqual(event);
});

import { afterEach, beforeEach, expect, test } from "vitest";
import type { RunEvent } from "../../schemas/event.ts";
import { prepare } from "../../src/job/prepare.ts";
import { startRun } from "../../src/run/start.ts";
import { Rig } from "../rig.ts";

let rig: Rig;
beforeEach(async () => {
  const ask = (word: string) =>
    JSON.stringify(
      `grep -q ${word} "$INTERSERVE_PROMPT_FILE" && echo ok || echo "VERDICT: QUESTION which ${word}?"`,
    );
  rig = await Rig.make({
    "plan.exec.yaml": `version: 1
mode: dependency-driven
stages:
  - name: s
    tasks:
      - {id: q, run: ${ask("port")}}
      - {id: r, depends: [q], run: "true"}
      - {id: n, run: ${ask("colour")}}
`,
  });
});
afterEach(() => rig.close());

test("a person is asked each question once nothing else runs, and can leave one open", async () => {
  const { job } = await prepare(`${rig.dir}/plan.exec.yaml`, { projectDir: rig.dir });
  const events: RunEvent[] = [];
  const asked: string[] = [];
  const run = await startRun(job, {
    onEvent: (event) => events.push(event),
    ask: async (task, question) => {
      asked.push(`${task}: ${question}`);
      // The event comes before the question.
      expect(events).toContainEqual(
        expect.objectContaining({ event: "task.settled", task, status: "question" }),
      );
      return task === "q" ? "the port is 8080" : undefined;
    },
  });
  const { outcomes, exitCode } = await run.finished;
  // The journal says when the run waits for answers, for the page among others.
  const open = events.flatMap((event) => (event.event === "questions.open" ? [event.tasks] : []));
  expect(open).toEqual([["q", "n"], ["n"]]);
  expect(asked).toEqual(["q: which port?", "n: which colour?"]);
  expect(exitCode).toBe(1);
  expect([...outcomes].map(([task, { status }]) => `${task} ${status}`).sort()).toEqual([
    "n question",
    "q pass",
    "r pass",
  ]);
});

test("a question that is answered elsewhere while it is asked does not leave the next one open", async () => {
  await rig.file(
    "plan.exec.yaml",
    `version: 1
mode: dependency-driven
stages:
  - name: s
    tasks:
      - id: q
        run: ${JSON.stringify('cat "$INTERSERVE_PROMPT_FILE" > seen; grep -q two seen && echo ok || echo "VERDICT: QUESTION which?"')}
`,
  );
  const { job } = await prepare(`${rig.dir}/plan.exec.yaml`, { projectDir: rig.dir });
  const asked: ((text: string | undefined) => void)[] = [];
  const run = await startRun(job, {
    ask: () =>
      new Promise((resolve) => {
        asked.push(resolve);
        if (asked.length === 1) run.answer({ task: "q", attempt: 1, text: "one" });
        // The first question is withdrawn, as it is answered; then the second one is asked.
        if (asked.length === 2) {
          asked[0]?.(undefined);
          setImmediate(() => resolve("two"));
        }
      }),
  });
  const { outcomes } = await run.finished;
  expect([asked.length, outcomes.get("q")?.status]).toEqual([2, "pass"]);
});

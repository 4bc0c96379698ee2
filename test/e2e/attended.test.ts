import { afterEach, beforeEach, expect, test } from "vitest";
import type { RunEvent } from "../../schemas/event.ts";
import { prepare } from "../../src/prepare.ts";
import { startRun } from "../../src/run.ts";
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

test("a person who is there is asked each question once nothing else runs, and may leave one open", async () => {
  const { job } = await prepare(`${rig.dir}/plan.exec.yaml`, { projectDir: rig.dir });
  const events: RunEvent[] = [];
  const asked: string[] = [];
  const run = await startRun(job, {
    onEvent: (event) => events.push(event),
    ask: async (task, question) => {
      asked.push(`${task}: ${question}`);
      // Told of it before being asked.
      expect(events).toContainEqual(
        expect.objectContaining({ event: "task.settled", task, status: "question" }),
      );
      return task === "q" ? "the port is 8080" : undefined;
    },
  });
  const { outcomes, exitCode } = await run.finished;
  expect(asked).toEqual(["q: which port?", "n: which colour?"]);
  expect(exitCode).toBe(1);
  expect([...outcomes].map(([task, { status }]) => `${task} ${status}`).sort()).toEqual([
    "n question",
    "q pass",
    "r pass",
  ]);
});

import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { RunEvent } from "../../schemas/event.ts";
import { installed } from "./real.ts";

const script = fileURLToPath(new URL("../../examples/scripted-codex/run.mjs", import.meta.url));

// Needs `npm run build`.
test("three Codex tasks run at the same time, and the fourth uses their hand-overs", async () => {
  installed("codex");
  const stdout = execFileSync(process.execPath, [script, "--json"], { encoding: "utf8", stdio: "pipe" });
  const events = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as RunEvent);
  const [first] = events;
  if (first?.event !== "run.started") throw new Error(`the first event is ${first?.event}`);
  const { projectDir: project = "" } = first.event === "run.started" ? first.options : {};
  try {
    const story = events.flatMap((event) =>
      event.event === "task.started" || event.event === "task.settled"
        ? [`${event.event} ${event.task}`]
        : [],
    );
    expect(story.slice(0, 3)).toEqual(["task-1", "task-2", "task-3"].map((task) => `task.started ${task}`));
    expect(story.slice(-2)).toEqual(["task.started task-4", "task.settled task-4"]);
    expect(events.at(-1)).toMatchObject({ event: "run.finished", counts: { pass: 4 }, exit_code: 0 });
    const outcomes = events.flatMap((event) => (event.event === "task.attempted" ? [event.outcome] : []));
    expect(outcomes.map(({ files_changed }) => files_changed?.join())).toEqual(
      expect.arrayContaining(["lines.mjs", "words.mjs", "characters.mjs", "count.mjs"]),
    );
    expect(outcomes.map(({ notes }) => notes)).toEqual([undefined, undefined, undefined, undefined]);
    expect(await readFile(join(project, "count.mjs"), "utf8")).toContain(
      'import { countWords } from "./words.mjs"',
    );
  } finally {
    rmSync(dirname(project), { recursive: true });
  }
});

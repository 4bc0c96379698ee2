import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { RunState } from "../../src/history/run-state.ts";
import { foldJournal } from "../../src/history/validate.ts";
import { readJournal } from "../../src/journal/read-journal.ts";
import { runDirectory, runPaths } from "../../src/journal/run-directory.ts";
import { runStatus } from "../../src/report/status.ts";

const folder = fileURLToPath(new URL("../fixtures/journals", import.meta.url));
const names = readdirSync(folder).flatMap((name) => /^(.*)\.jsonl$/.exec(name)?.[1] ?? []);

/** The run's state after each event, and its status if it died after the last one. */
test.each(names)(
  "the stored journal %s leads to the states and the status that are stored with it",
  async (name) => {
    const { entries } = await readJournal(join(folder, `${name}.jsonl`));
    const events = entries.map(({ event }) => event);
    const run = new RunState();
    const steps = events.map((event) => {
      run.apply(event);
      const states = [...run.tasks.values()].map(({ id, state }) => `${id} ${state}`);
      const about = "task" in event ? `${event.event} ${event.task}` : event.event;
      return `${about}: ${run.state}; ${states.join(", ")}; ${run.settledCount} settled`;
    });
    const folded = foldJournal(events);
    if (!("run" in folded)) throw new Error(`${folded.index}: ${folded.message}`);
    expect(folded.rejected).toEqual([]);
    const { run: history } = folded;
    const directory = runDirectory(runPaths(`/project/.interserve/runs/${history.run}`), [
      ...history.tasks.keys(),
    ]);
    const status = runStatus({ directory, history, problems: [], pid: undefined });
    const text = `${steps.join("\n")}\n${JSON.stringify(status, null, 2)}\n`;
    await expect(text).toMatchFileSnapshot(join(folder, `${name}.golden.txt`));
  },
);

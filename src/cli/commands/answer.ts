import { UsageError } from "../../problem.ts";
import { jsonText } from "../../text/printable.ts";
import { command, flag } from "../command.ts";
import { beside, json, recordFlags } from "../options.ts";

export const answer = command("answer", {
  summary: "answer the question of a parked task",
  description:
    "Answer the question of a parked task. If the run is live, the task continues with the answer. If it has ended, it is resumed: this task and those that depend on it run again, while other tasks that failed or were skipped, and other questions, stay as they are.",
  arguments: [
    ["<run>", "name of a run, as `interserve runs` lists them"],
    ["<task>", "id of the task"],
    ["<text>", "the answer; put -- before one that looks like an option of this command"],
  ],
  flags: {
    ...recordFlags,
    beside,
    rerunFailed: flag("--rerun-failed", "also run tasks again that failed or were skipped, as `resume` does"),
    json,
  },
  allowsDashes: true,
  examples: [
    'interserve answer 20260214-093012-4f1c task-3 "use port 8080"',
    "interserve answer 20260214-093012-4f1c task-3 -1",
    "interserve answer 20260214-093012-4f1c task-3 -- --json",
  ],
  exitStatus: "0 if a live run has received the answer; otherwise as for `interserve run`.",
  action: async (name, task, text, flags) => {
    if (text.trim() === "") {
      throw new UsageError("expected an answer, found nothing", 'write it in quotes: "use port 8080"');
    }
    const { deliverAnswer } = await import("../../journal/answers.ts");
    const { openRun, parkedTask, readRun } = await import("../../journal/past-run.ts");
    const { recordOf } = await import("../session/record.ts");
    const past = await openRun(await recordOf(flags), name);
    const { directory, pid } = past;
    if (process.env.INTERSERVE_RUN === directory.run) {
      throw new UsageError(
        "a task cannot answer the questions of its own run",
        "leave the answer to the person who started the run",
      );
    }
    const { attempt } = parkedTask(past, task);
    const state = pid === undefined ? "runEnded" : await deliverAnswer(directory, { task, attempt, text });
    if (state === "taken") {
      const message = `the run in process ${pid} has received the answer`;
      const json = { run: directory.run, task, taken_by: pid };
      process.stdout.write(flags.json ? jsonText(json, 0) : `${message}\n`);
      return 0;
    }
    // Throws the reason: the task is no longer parked.
    if (state === "refused") parkedTask(await readRun(directory), task);
    const { resumeWithAnswer } = await import("../session/resumed-run.ts");
    const { rerunFailed, ...rest } = flags;
    return resumeWithAnswer(directory, { task, text, rerunFailed }, rest);
  },
});

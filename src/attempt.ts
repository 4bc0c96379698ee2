import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import type { AttemptInput } from "../machines/task.machine.ts";
import { isDone, type Outcome } from "../schemas/outcome.ts";
import type { AttemptRequest, Engine } from "./engines/engine.ts";
import { engineFor } from "./engines/engines.ts";
import { environmentFor } from "./engines/environment.ts";
import { watchFiles } from "./files-changed.ts";
import type { Job, JobTask } from "./job.ts";
import type { RunDirectory } from "./journal/run-directory.ts";
import { sectionFor } from "./plan/read-plan.ts";
import { buildPrompt } from "./routing/prompt.ts";
import { runGates } from "./verify.ts";

/** What an attempt has of the run around it. */
export interface AttemptContext {
  readonly job: Job;
  readonly directory: RunDirectory;
  readonly signal: AbortSignal;
  readonly graceMs: () => number;
  readonly onProgress: (text: string) => void;
  /** Tasks that this one waited for without naming them, as they stand. */
  readonly alsoFinished: readonly { readonly id: string; readonly title: string; readonly status: string }[];
}

/**
 * One attempt of one task, from its prompt to its outcome: routes what it depends on into the prompt, lets the engine
 * carry it out, and holds the result against the task's `verify` commands. Leaves its artifacts in the attempt's
 * directory. A failure is an outcome, also one to write a file.
 */
export async function carryOut(input: AttemptInput, context: AttemptContext): Promise<Outcome> {
  const jobTask = context.job.tasks.find(({ task }) => task.id === input.id);
  if (!jobTask) return { status: "error", reason: `no task is called "${input.id}"` };
  const folder = context.directory.attempt(input.id, input.attempt);
  let outcome: Outcome;
  try {
    await mkdir(folder, { recursive: true });
    const engine = engineFor(jobTask.engine, context.job.config, process.env);
    const request = await requestFor(jobTask, input, context, folder, engine);
    await writeFileAtomic(request.files.prompt, request.prompt);
    const withFiles = await watchFiles(context.job, jobTask.task);
    outcome = await withFiles(await engine.attempt(request));
    if (isDone(outcome.status)) outcome = await runGates(outcome, request);
    await writeFileAtomic(join(folder, "outcome.json"), `${JSON.stringify(outcome, null, 2)}\n`);
  } catch (error) {
    outcome = { status: "error", reason: (error as Error).message, failure: "configuration" };
  }
  return outcome;
}

async function requestFor(
  jobTask: JobTask,
  input: AttemptInput,
  context: AttemptContext,
  folder: string,
  engine: Engine,
): Promise<AttemptRequest> {
  const { job, directory } = context;
  const { task, title } = jobTask;
  const marker = `${directory.run}/${folder.slice(directory.path.length + 1)}`;
  const files = {
    prompt: join(folder, "prompt.md"),
    output: join(folder, "output.md"),
    events: join(folder, "events.jsonl"),
    log: join(folder, "log.txt"),
  };
  const prompt = await buildPrompt({
    task: { ...task, title },
    ...(job.plan
      ? { planFile: job.plan.file, section: sectionFor(job.plan, { id: task.id, title })?.section }
      : {}),
    ...(jobTask.promptText === undefined ? {} : { promptText: jobTask.promptText }),
    projectDir: job.projectDir,
    dependencies: input.dependencies,
    alsoFinished: context.alsoFinished,
    structured: engine.structured,
    canCommit: engine.canCommit,
    budget: job.manifest.context_budget,
  });
  return {
    task,
    tier: jobTask.tier,
    prompt,
    cwd: job.projectDir,
    env: {
      ...environmentFor(jobTask.engine, job.config.engines[jobTask.engine].env, process.env),
      ...task.env,
      INTERSERVE_RUN: directory.run,
      INTERSERVE_TASK: task.id,
      INTERSERVE_ATTEMPT: marker,
      INTERSERVE_PROMPT_FILE: files.prompt,
    },
    marker,
    timeoutMs: jobTask.timeoutMs,
    signal: context.signal,
    graceMs: context.graceMs,
    files,
    onProgress: context.onProgress,
  };
}

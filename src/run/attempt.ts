import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import type { AttemptInput, VerifyInput } from "../../machines/task-setup.ts";
import { type EngineName, shellEngine } from "../../schemas/engines.ts";
import { type Outcome, outcomeSchema } from "../../schemas/outcome.ts";
import type { AttemptRequest, Engine } from "../engines/engine.ts";
import { engineFor } from "../engines/engines.ts";
import { environmentFor } from "../engines/environment.ts";
import { pushGuardEnv } from "../git/push-guard.ts";
import type { Job, JobTask } from "../job/job.ts";
import type { RunDirectory } from "../journal/run-directory.ts";
import { sectionFor } from "../plan/section-for.ts";
import { markerVariable, outerMarkers } from "../process/tree.ts";
import { buildPrompt } from "../routing/prompt.ts";
import { oneLine } from "../text/one-line.ts";
import { replacePrivateFile } from "../text/private-files.ts";
import { watchFiles } from "./changed-files.ts";
import { Leftovers } from "./leftovers.ts";
import { runVerifyCommands } from "./verify.ts";

/** The parts of a run that an attempt uses. */
export interface AttemptContext {
  readonly job: Job;
  readonly jobTask: JobTask;
  readonly directory: RunDirectory;
  readonly signal: AbortSignal;
  readonly graceMs: () => number;
  readonly onProgress: (text: string) => void;
}

/**
 * Runs one attempt of a task on its engine, with the results of its dependencies in the prompt. Leaves its artifacts
 * in the attempt's folder. Every failure is an outcome, including one to write a file.
 */
export async function runAttempt(input: AttemptInput, context: AttemptContext): Promise<Outcome> {
  const { job, jobTask, directory } = context;
  const folder = directory.attempt(input.id, input.attempt);
  return withArtifacts(folder, async () => {
    const engine = engineFor(jobTask.engine, job.config, process.env);
    const prompt = await promptFor(input, context, engine);
    const request = await withUsedSession(requestFor(input, context, jobTask.engine, prompt), input, context);
    await replacePrivateFile(request.files.prompt, request.prompt);
    const withFiles = await watchFiles(job, jobTask.task);
    const leftovers = new Leftovers(request);
    const outcome = await engine.attempt({ ...request, onLeftovers: leftovers.add });
    return withFiles(await leftovers.addTo(outcome));
  });
}

/** Runs the task's `verify` commands on a finished attempt. */
export async function verifyAttempt(input: VerifyInput, context: AttemptContext): Promise<Outcome> {
  const folder = context.directory.attempt(input.id, input.attempt);
  return withArtifacts(folder, async () => {
    const request = requestFor(input, context, shellEngine, "");
    if (!request.keepsRunning) return runVerifyCommands(input.outcome, request);
    // Without a marker, the end of a command does not end what the attempt has left running.
    const outcome = await runVerifyCommands(input.outcome, { ...request, marker: "" });
    return new Leftovers(request).addTo(outcome);
  });
}

async function withArtifacts(folder: string, work: () => Promise<Outcome>): Promise<Outcome> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const outcome = await work();
    await replacePrivateFile(join(folder, "outcome.json"), `${JSON.stringify(outcome, null, 2)}\n`);
    return outcome;
  } catch (error) {
    const { code, message, stack } = error as NodeJS.ErrnoException;
    const isSystem = code !== undefined;
    const reason = isSystem ? `its artifacts could not be written: ${message}` : `internal error: ${stack}`;
    return { status: "error", failure: isSystem ? "io" : "crashed", reason: oneLine(reason) };
  }
}

const filesIn = (folder: string) => ({
  prompt: join(folder, "prompt.md"),
  output: join(folder, "output.md"),
  events: join(folder, "events.jsonl"),
  log: join(folder, "log.txt"),
  pushes: join(folder, "pushes.txt"),
});

/** Adds what the session that an attempt continues has used so far: only the difference is this attempt's. */
async function withUsedSession(
  request: AttemptRequest,
  { id, followUp }: AttemptInput,
  { directory }: AttemptContext,
): Promise<AttemptRequest> {
  if (!request.resume || !followUp) return request;
  const file = join(directory.attempt(id, followUp.attempt), "outcome.json");
  const parsed = v.safeParse(
    outcomeSchema,
    await readFile(file, "utf8")
      .then(JSON.parse)
      .catch(() => undefined),
  );
  if (!parsed.success) return request;
  const { session_usage, usage } = parsed.output;
  return { ...request, resume: { ...request.resume, used: session_usage ?? usage } };
}

/** The file in which the push guard notes what an attempt tried to push. */
export const pushesFile = (folder: string): string => filesIn(folder).pushes;

function promptFor(input: AttemptInput, context: AttemptContext, engine: Engine): Promise<string> {
  const { job, jobTask, directory } = context;
  const { task, title, promptText } = jobTask;
  const section = job.plan && sectionFor(job.plan, { id: task.id, title })?.section;
  const { followUp } = input;
  const named = new Set(input.dependencies.map(({ id }) => id));
  return buildPrompt({
    task: { ...task, title },
    isSequential: job.mode.isSequential,
    ...(job.plan ? { planFile: job.plan.file } : {}),
    ...(section === undefined ? {} : { section }),
    ...(promptText === undefined ? {} : { promptText }),
    ...(followUp
      ? { followUp: { ...followUp, output: filesIn(directory.attempt(task.id, followUp.attempt)).output } }
      : {}),
    projectDir: job.projectDir,
    dependencies: input.dependencies,
    alsoFinished: input.alsoFinished.filter(({ id }) => !named.has(id)),
    structured: engine.structured,
    canCommit: engine.canCommit,
    budget: job.manifest.context_budget,
  });
}

function requestFor(
  { id, attempt, followUp }: { id: string; attempt: number } & Pick<AttemptInput, "followUp">,
  context: AttemptContext,
  /** The engine whose environment it gets. */
  engine: EngineName,
  prompt: string,
): AttemptRequest {
  const { job, jobTask, directory } = context;
  const folder = directory.attempt(id, attempt);
  const marker = `${directory.run}/${folder.slice(directory.path.length + 1)}`;
  const files = filesIn(folder);
  const { task } = jobTask;
  const { stall_timeout } = job.config;
  return {
    task,
    tier: jobTask.tier,
    prompt,
    cwd: job.projectDir,
    env: {
      ...environmentFor(engine, job.config.engines[engine].env, process.env),
      ...task.env,
      ...(job.allowPush ? {} : pushGuardEnv({ ...process.env, ...task.env }, directory.hooks, files.pushes)),
      INTERSERVE_RUN: directory.run,
      INTERSERVE_TASK: task.id,
      ...outerMarkers(process.env),
      [markerVariable]: marker,
      INTERSERVE_PROMPT_FILE: files.prompt,
    },
    marker,
    timeoutMs: jobTask.timeoutMs,
    ...(stall_timeout === undefined ? {} : { stallMs: stall_timeout * 1000 }),
    ...(followUp?.session === undefined
      ? {}
      : { resume: { sessionId: followUp.session, message: followUp.text } }),
    signal: context.signal,
    graceMs: context.graceMs,
    keepsRunning: task.keep_running ?? false,
    files,
    onProgress: context.onProgress,
  };
}

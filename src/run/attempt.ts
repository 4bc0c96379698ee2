import { basename, dirname, join } from "node:path";
import type { AttemptInput, VerifyInput } from "../../machines/task-setup.ts";
import type { DependencyResult } from "../../schemas/dependency-result.ts";
import { type EngineName, shellEngine } from "../../schemas/engines.ts";
import { isDone, type Outcome, type Usage } from "../../schemas/outcome.ts";
import type { AttemptRequest, Engine } from "../engines/engine.ts";
import { engineFor } from "../engines/engines.ts";
import { environmentFor } from "../engines/environment.ts";
import { pushGuardEnv } from "../git/push-guard.ts";
import { commitsName, gitTurnsEnv } from "../git/turns.ts";
import type { Job, JobTask } from "../job/job.ts";
import {
  checkAttemptFolder,
  copyOutput,
  createAttemptFolder,
  givenFolder,
  sha256Of,
} from "../journal/attempt-folder.ts";
import type { RunDirectory } from "../journal/run-directory.ts";
import { markerVariable, outerMarkers } from "../process/tree.ts";
import { buildPrompt } from "../routing/prompt.ts";
import { oneLine } from "../text/one-line.ts";
import { replacePrivateFile } from "../text/private-files.ts";
import { patiently, shortageIn } from "../text/shortage.ts";
import { watchFiles } from "./changed-files.ts";
import { Leftovers } from "./leftovers.ts";
import type { Neighbour } from "./neighbours.ts";
import { runVerifyCommands } from "./verify.ts";

/** The parts of a run that an attempt uses. */
export interface AttemptContext {
  readonly job: Job;
  readonly jobTask: JobTask;
  readonly directory: RunDirectory;
  readonly signal: AbortSignal;
  readonly graceMs: () => number;
  readonly onProgress: (text: string) => void;
  /** Attempts that run, or have run, at the same time. */
  readonly beside: readonly Neighbour[];
}

/**
 * Runs one attempt of a task on its engine, with the results of its dependencies in the prompt. Leaves its artifacts
 * in the attempt's folder. Every failure is an outcome, including one to write a file.
 */
export async function runAttempt(input: AttemptInput, context: AttemptContext): Promise<Outcome> {
  const { job, jobTask, directory } = context;
  return withOutcomeFile(input, context, async () => {
    await createAttemptFolder(directory, input.id, input.attempt);
    const given = await giveOutputs(input, directory);
    const engine = engineFor(jobTask.engine, job.config, process.env);
    const request = requestFor(given, context, jobTask.engine, await promptFor(given, context, engine));
    const { files, prompt } = request;
    await replacePrivateFile(join(directory.attempt(input.id, input.attempt), "prompt.md"), prompt);
    await replacePrivateFile(files.prompt, prompt, 0o400);
    const withFiles = await watchFiles(
      job,
      jobTask.task,
      directory.attempt(input.id, input.attempt),
      context.beside,
    );
    const leftovers = new Leftovers(request);
    const outcome = await engine.attempt({ ...request, onLeftovers: leftovers.add });
    const complete = await leftovers.addTo(await withDigest(outcome));
    // The agent does not run again because the machine lacks what it takes to look at its work.
    return patiently(() => withFiles(complete)).catch(() => complete);
  });
}

/** Runs the task's `verify` commands on a finished attempt. */
export async function verifyAttempt(
  input: VerifyInput,
  context: AttemptContext,
  /** Called once the commands have ended: returns the tasks that ran meanwhile. */
  othersSeen: () => readonly string[],
): Promise<Outcome> {
  return withOutcomeFile(input, context, async () => {
    await checkAttemptFolder(context.directory, input.id, input.attempt);
    const request = requestFor(input, context, shellEngine, "");
    // Without a marker, the end of a command does not end what the attempt has left running.
    const marker = request.keepsRunning ? "" : request.marker;
    const outcome = await runVerifyCommands(input.outcome, { ...request, marker });
    const others = othersSeen();
    if (isDone(outcome.status)) return input.isAgain ? withNote(outcome) : outcome;
    if (outcome.failure === "resources") return outcome;
    const isInDoubt = outcome.failure === "verify" && !input.isAgain && others.length > 0;
    if (isInDoubt) return { ...outcome, ran_beside: [...others] };
    return new Leftovers(request).addTo(outcome);
  });
}

const withNote = (outcome: Outcome): Outcome => ({
  ...outcome,
  notes: [
    ...(outcome.notes ?? []),
    "its checks failed while other tasks ran, and passed once they had settled",
  ],
});

/** Writes the outcome for people to see; the run itself keeps it in its journal. */
async function withOutcomeFile(
  { id, attempt }: { readonly id: string; readonly attempt: number },
  { directory }: AttemptContext,
  work: () => Promise<Outcome>,
): Promise<Outcome> {
  try {
    const outcome = await work();
    const write = async () => {
      await checkAttemptFolder(directory, id, attempt);
      const file = join(directory.attempt(id, attempt), "outcome.json");
      await replacePrivateFile(file, `${JSON.stringify(outcome, null, 2)}\n`);
    };
    return (await patiently(write).catch(ioFailure)) ?? outcome;
  } catch (error) {
    const shortage = shortageIn(error);
    if (shortage === undefined) return ioFailure(error as Error);
    return { status: "error", failure: "resources", reason: `could not be started: ${shortage}` };
  }
}

function ioFailure({ code, message, stack }: NodeJS.ErrnoException): Outcome {
  const isSystem = code !== undefined;
  const reason = isSystem ? `its artifacts could not be written: ${message}` : `internal error: ${stack}`;
  return { status: "error", failure: isSystem ? "io" : "crashed", reason: oneLine(reason) };
}

const filesIn = (folder: string) => ({
  given: givenFolder(folder),
  prompt: join(givenFolder(folder), "prompt.md"),
  output: join(folder, "output.md"),
  events: join(folder, "events.jsonl"),
  log: join(folder, "log.txt"),
  pushes: join(folder, "pushes.txt"),
  commits: join(folder, commitsName),
});

async function withDigest(outcome: Outcome): Promise<Outcome> {
  const output_sha256 = outcome.output === undefined ? undefined : await sha256Of(outcome.output);
  return output_sha256 === undefined ? outcome : { ...outcome, output_sha256 };
}

/**
 * Copies the outputs that an attempt's prompt names to where its agent can read them, and returns the attempt with those
 * copies. An output that is not what its task wrote any more is left out, with a note.
 */
async function giveOutputs(input: AttemptInput, directory: RunDirectory): Promise<AttemptInput> {
  const { given } = filesIn(directory.attempt(input.id, input.attempt));
  const dependencies: DependencyResult[] = [];
  for (const dependency of input.dependencies) {
    const name = basename(dirname(directory.attempt(dependency.id, 1)));
    const outcome = await giveOutput(dependency.outcome, join(given, "outputs", `${name}.md`));
    dependencies.push({ ...dependency, outcome });
  }
  const { followUp } = input;
  if (!followUp?.outcome) return { ...input, dependencies };
  const outcome = await giveOutput(followUp.outcome, join(given, "previous-output.md"));
  return { ...input, dependencies, followUp: { ...followUp, outcome } };
}

async function giveOutput(outcome: Outcome, copy: string): Promise<Outcome> {
  const { output, output_bytes, ...rest } = outcome;
  if (output === undefined) return outcome;
  if (await copyOutput(output, copy, outcome.output_sha256)) return { ...outcome, output: copy };
  const note = "its output was removed or changed after it ended, and is left out";
  return { ...rest, notes: [...(outcome.notes ?? []), note] };
}

/** The file in which the push guard notes what an attempt tried to push. */
export const pushesFile = (folder: string): string => filesIn(folder).pushes;

function promptFor(input: AttemptInput, context: AttemptContext, engine: Engine): Promise<string> {
  const { job, jobTask } = context;
  const { task, title, promptText, section } = jobTask;
  const { followUp } = input;
  const named = new Set(input.dependencies.map(({ id }) => id));
  return buildPrompt({
    task: { ...task, title },
    isSequential: job.mode.isSequential,
    ...(job.plan ? { planFile: job.plan.file } : {}),
    ...(section === undefined ? {} : { section }),
    ...(promptText === undefined ? {} : { promptText }),
    ...(followUp ? { followUp: { ...followUp, output: followUp.outcome?.output } } : {}),
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
  const own = { ...environmentFor(engine, job.config.engines[engine].env, process.env), ...task.env };
  const given = { ...own, ...(job.allowPush ? {} : pushGuardEnv(own, directory.hooks, files.pushes)) };
  const { stall_timeout } = job.config;
  return {
    task,
    tier: jobTask.tier,
    prompt,
    cwd: job.projectDir,
    env: {
      ...given,
      ...gitTurnsEnv(given, directory.bin, files.commits),
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
      : { resume: { sessionId: followUp.session, message: followUp.text, used: usedBy(followUp.outcome) } }),
    signal: context.signal,
    graceMs: context.graceMs,
    keepsRunning: task.keep_running ?? false,
    files,
    onProgress: context.onProgress,
  };
}

/** The usage so far of the session that an attempt continues: only the difference is that attempt's. */
const usedBy = (outcome: Outcome | undefined): Usage | undefined => outcome?.session_usage ?? outcome?.usage;

import { isAbsolute, relative, resolve } from "node:path";
import { modeConfigs } from "../../machines/modes/modes.ts";
import { runSpec } from "../../machines/schedule/run-spec.ts";
import type { Pool } from "../../machines/schedule/types.ts";
import type { Config } from "../../schemas/config.ts";
import { engineNames, traitsOf } from "../../schemas/engines.ts";
import { type Manifest, type ManifestTask, modes, tiers as tierNames } from "../../schemas/manifest.ts";
import { readPromptFile } from "../manifest/prompt-files.ts";
import { isError, type Problem, ProblemsError, UsageError } from "../problem.ts";
import { isDirectory } from "../text/on-disk.ts";
import { quoted } from "../text/printable.ts";
import { loadConfig } from "./config.ts";
import { engineOf } from "./engine-of.ts";
import type { Job, JobOptions, JobTask } from "./job.ts";
import { retryProblems } from "./retry-problems.ts";
import { type PlanPlaces, readSource, type Source } from "./sources.ts";

/**
 * Prepares a job from a manifest, or from a plan without one, and everything that belongs to it. Throws ProblemsError
 * with every problem if one of them is an error, and UsageError for what lies in no file.
 */
export async function prepare(
  path: string,
  { planBefore, ...options }: JobOptions & Pick<PlanPlaces, "planBefore"> = {},
): Promise<{ job: Job; problems: Problem[] }> {
  checkOptions(options);
  const projectDir = resolve(options.projectDir ?? ".");
  if (!(await isDirectory(projectDir))) {
    throw new UsageError(
      `project directory ${projectDir} is not a directory`,
      "create it, or name another one",
    );
  }
  const { config, ignored, engineProblems, problems: configProblems } = await loadConfig(projectDir);
  const source = await readSource(resolve(path), { ...options, planBefore });
  const problems = [...configProblems, ...source.problems];
  if (problems.some(isError) || !source.manifest || !config) throw new ProblemsError(problems);
  const ofRetries = source.yaml ? retryProblems(source.manifest, source.yaml, config, options.engine) : [];
  for (const problem of ofRetries) problems.push(problem);
  const manifest = withOptions(source.manifest, options, projectDir);
  const tasks: JobTask[] = [];
  for (const stage of manifest.stages) {
    for (const task of stage.tasks) {
      tasks.push(await jobTask(task, stage.name, manifest, config, options, source));
    }
  }
  for (const engine of new Set(tasks.map(({ engine }) => engine))) {
    for (const problem of engineProblems[engine] ?? []) problems.push(problem);
  }
  const mode = modeConfigs[manifest.mode];
  const job: Job = {
    manifest,
    manifestFile: source.file,
    ...(source.plan ? { plan: source.plan } : {}),
    projectDir,
    config,
    ignoredKeys: ignored.map(({ key }) => key),
    mode,
    spec: runSpec(manifest, mode, {
      engines: tasks.map(({ engine }) => engine),
      pools: poolsOf(tasks, config),
      fixes: tasks.map(({ engine }) => (traitsOf(engine).retriesFixes ? manifest.fixes : 0)),
    }),
    tasks,
    allowPush: options.allowPush ?? false,
    // Absolute paths: the run may be resumed from another directory.
    options: { ...options, projectDir, ...(options.plan ? { plan: resolve(options.plan) } : {}) },
  };
  return { job, problems };
}

/** A manifest with what was given beside it. Throws UsageError if its mode does not allow that. */
function withOptions(manifest: Manifest, options: JobOptions, projectDir: string): Manifest {
  const mode = options.mode ?? manifest.mode;
  if (options.step && !modeConfigs[mode].isBatched) {
    throw new UsageError(
      `--step pauses between batches, and mode ${mode} has no batches`,
      `add --mode ${modes.filter((name) => modeConfigs[name].isBatched).join(" or ")}, or remove --step`,
    );
  }
  const fromProject = (task: ManifestTask): ManifestTask => ({
    ...task,
    files: task.files.map((file) => pathFromProject(file, projectDir)),
  });
  return {
    ...manifest,
    mode,
    max_parallel: options.maxParallel ?? manifest.max_parallel,
    pause: options.step ?? manifest.pause,
    stages: manifest.stages.map((stage) => ({ ...stage, tasks: stage.tasks.map(fromProject) })),
  };
}

/** Makes an absolute path inside the project relative to it, so that a file has one path. */
function pathFromProject(path: string, projectDir: string): string {
  const from = isAbsolute(path) ? relative(projectDir, path) : path;
  return from === ".." || from.startsWith("../../") ? path : from || ".";
}

/** Checks what the types promise, for callers without types. Throws UsageError. */
function checkOptions({ mode, engine, maxParallel }: JobOptions): void {
  const oneOf = (what: string, name: string | undefined, known: readonly string[]) => {
    if (name !== undefined && !known.includes(name)) {
      throw new UsageError(`unknown ${what} ${quoted(String(name))}`, `use one of ${known.join(", ")}`);
    }
  };
  oneOf("mode", mode, modes);
  oneOf("engine", engine, engineNames);
  if (
    maxParallel !== undefined &&
    !(Number.isInteger(maxParallel) && maxParallel >= 1 && maxParallel <= 1000)
  ) {
    throw new UsageError(`expected maxParallel to be a whole number from 1 to 1000, found ${maxParallel}`);
  }
}

/** The engines and tiers that have a limit of their own, with their tasks. */
function poolsOf(tasks: readonly JobTask[], { engines, tiers }: Config): Pool[] {
  const limits = [
    ...engineNames.map((name) => ({
      limit: engines[name].max_parallel,
      has: ({ engine }: JobTask) => engine === name,
    })),
    ...tierNames.map((name) => ({
      limit: tiers[name].max_parallel,
      has: ({ tier }: JobTask) => tier === name,
    })),
  ];
  return limits.flatMap(({ limit, has }) => {
    const members = tasks.flatMap((task, number) => (has(task) ? [number] : []));
    return limit === undefined ? [] : [{ limit, tasks: new Set(members) }];
  });
}

async function jobTask(
  task: ManifestTask,
  stage: string,
  manifest: Manifest,
  config: Config,
  options: JobOptions,
  { file: manifestFile, sections }: Source,
): Promise<JobTask> {
  const tier = task.tier ?? manifest.tier;
  const promptText = task.prompt_file
    ? await readPrompt(task.id, manifestFile, task.prompt_file)
    : task.prompt;
  const section = sections?.get(task.id)?.section;
  return {
    task,
    title: task.title ?? task.id,
    stage,
    tier,
    engine: engineOf(task, manifest, config, options.engine),
    timeoutMs: (task.timeout ?? manifest.timeout_per_task) * 1000,
    ...(section === undefined ? {} : { section }),
    ...(promptText === undefined ? {} : { promptText }),
  };
}

/** Reads a prompt file that was valid when the manifest was loaded. Throws UsageError if it is no longer. */
async function readPrompt(task: string, manifestFile: string, file: string): Promise<string> {
  const { text, problem } = await readPromptFile(manifestFile, file);
  if (text !== undefined) return text;
  throw new UsageError(`task ${quoted(task)} takes its prompt from ${quoted(file)}: ${problem?.message}`);
}

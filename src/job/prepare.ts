import { extname, isAbsolute, relative, resolve } from "node:path";
import { modeConfigs } from "../../machines/modes/modes.ts";
import { runSpec } from "../../machines/schedule/run-spec.ts";
import type { Pool } from "../../machines/schedule/schedule.ts";
import type { Config } from "../../schemas/config.ts";
import { defaultEngine, engineNames, shellEngine, traitsOf } from "../../schemas/engines.ts";
import { type Manifest, type ManifestTask, modes, tiers as tierNames } from "../../schemas/manifest.ts";
import { readPromptFile } from "../manifest/prompt-files.ts";
import { manifestFromPlan, readPlan } from "../plan/read-plan.ts";
import { isError, type Problem, ProblemsError, UsageError } from "../problem.ts";
import { exists, isDirectory } from "../text/on-disk.ts";
import { quoted } from "../text/printable.ts";
import { loadConfig } from "./config.ts";
import type { Job, JobOptions, JobTask } from "./job.ts";
import { textProblemsWithoutPlan } from "./missing-prompts.ts";
import { readManifest, type Source } from "./sources.ts";

/**
 * Reads a manifest, or a plan without one, with all that belongs to it. Throws ProblemsError with every problem at
 * once where one is an error, and UsageError for what stands in no file.
 */
export async function prepare(
  path: string,
  options: JobOptions = {},
): Promise<{ job: Job; problems: Problem[] }> {
  checkOptions(options);
  const projectDir = resolve(options.projectDir ?? ".");
  if (!(await isDirectory(projectDir))) {
    throw new UsageError(`the project directory ${projectDir} is no directory`, "make it, or name another");
  }
  const config = await loadConfig(projectDir);
  const source = await readSource(resolve(path), options);
  const problems = [...config.problems, ...source.problems];
  if (problems.some(isError) || !source.manifest || !config.config) throw new ProblemsError(problems);
  const manifest: Manifest = {
    ...source.manifest,
    mode: options.mode ?? source.manifest.mode,
    max_parallel: options.maxParallel ?? source.manifest.max_parallel,
    pause: options.step ?? source.manifest.pause,
    stages: source.manifest.stages.map((stage) => ({
      ...stage,
      tasks: stage.tasks.map((task) => ({
        ...task,
        files: task.files.map((path) => inside(path, projectDir)),
      })),
    })),
  };
  if (options.step && !modeConfigs[manifest.mode].isBatched) {
    throw new UsageError(
      `--step pauses between batches, and mode ${manifest.mode} has no batches`,
      `add --mode ${modes.filter((name) => modeConfigs[name].isBatched).join(" or ")}, or leave --step out`,
    );
  }
  const mode = modeConfigs[manifest.mode];
  const tasks: JobTask[] = [];
  for (const stage of manifest.stages) {
    for (const task of stage.tasks) {
      tasks.push(await jobTask(task, stage.name, manifest, config.config, options, source.file));
    }
  }
  const plan = source.plan;
  const job: Job = {
    manifest,
    manifestFile: source.file,
    ...(plan ? { plan } : {}),
    projectDir,
    config: config.config,
    mode,
    spec: runSpec(manifest, mode, {
      engines: tasks.map(({ engine }) => engine),
      pools: poolsOf(tasks, config.config),
      fixes: tasks.map(({ engine }) => (traitsOf(engine).retriesFixes ? manifest.fixes : 0)),
    }),
    tasks,
    allowPush: options.allowPush ?? false,
    // Whoever resumes the run may stand elsewhere.
    options: { ...options, projectDir, ...(options.plan ? { plan: resolve(options.plan) } : {}) },
  };
  return { job, problems };
}

/** An absolute path of a file in the project as one from there, so that every path of a file is the same. */
function inside(path: string, projectDir: string): string {
  const from = isAbsolute(path) ? relative(projectDir, path) : path;
  return from === ".." || from.startsWith("../../") ? path : from || ".";
}

/** What types promise, for those who have none; the command line has its own words for it. */
function checkOptions({ mode, engine, maxParallel }: JobOptions): void {
  const oneOf = (what: string, name: string | undefined, known: readonly string[]) => {
    if (name !== undefined && !known.includes(name)) {
      throw new UsageError(`no ${what} is called ${quoted(String(name))}`, `there are ${known.join(", ")}`);
    }
  };
  oneOf("mode", mode, modes);
  oneOf("engine", engine, engineNames);
  if (
    maxParallel !== undefined &&
    !(Number.isInteger(maxParallel) && maxParallel >= 1 && maxParallel <= 1000)
  ) {
    throw new UsageError(`maxParallel must be a whole number from 1 to 1000, found ${maxParallel}`);
  }
}

/** The tasks of each engine and of each tier of which only so many may run at once. */
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
  manifestFile: string,
): Promise<JobTask> {
  const tier = task.tier ?? manifest.tier;
  const fallback =
    options.engine ?? manifest.engine ?? config.tiers[tier].engine ?? config.engine ?? defaultEngine;
  const promptText = task.prompt_file
    ? await readPrompt(task.id, manifestFile, task.prompt_file)
    : task.prompt;
  return {
    task,
    title: task.title ?? task.id,
    stage,
    tier,
    engine: task.engine ?? (task.run ? shellEngine : fallback),
    timeoutMs: (task.timeout ?? manifest.timeout_per_task) * 1000,
    ...(promptText === undefined ? {} : { promptText }),
  };
}

/** Read and found good when the manifest was loaded: only one that has gone since then ends here. */
async function readPrompt(task: string, manifestFile: string, file: string): Promise<string> {
  const { text, problem } = await readPromptFile(manifestFile, file);
  if (text !== undefined) return text;
  throw new UsageError(`task ${quoted(task)} takes its prompt from ${quoted(file)}: ${problem?.message}`);
}

/** A plan is known by its name; a manifest that lies beside it is used. */
async function readSource(path: string, options: JobOptions): Promise<Source> {
  const isPlan = [".md", ".markdown"].includes(extname(path).toLowerCase());
  if (isPlan && options.plan !== undefined && resolve(options.plan) !== path) {
    throw new UsageError(
      "expected one plan, found two",
      "name the manifest in place of the first, or leave --plan out",
    );
  }
  const beside = isPlan ? await manifestBeside(path) : path;
  if (beside === undefined) {
    const { plan, problems } = await readPlan(path);
    return { ...(plan ? { plan, manifest: manifestFromPlan(plan) } : {}), file: path, problems };
  }
  const source = await readManifest(beside, { ...options, ...(isPlan ? { plan: path } : {}) });
  const { manifest, yaml, plan, problems } = source;
  if (!manifest || !yaml || plan || problems.some(isError)) return source;
  return { ...source, problems: [...problems, ...textProblemsWithoutPlan(manifest, yaml)] };
}

async function manifestBeside(plan: string): Promise<string | undefined> {
  for (const ending of [".exec.yaml", ".exec.yml"]) {
    const manifest = plan.replace(/\.(md|markdown)$/i, ending);
    if (await exists(manifest)) return manifest;
  }
  return undefined;
}

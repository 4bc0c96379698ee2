import { access, readFile } from "node:fs/promises";
import { dirname, extname, resolve } from "node:path";
import { modeConfigs } from "../machines/modes/modes.ts";
import { runSpec } from "../machines/schedule.ts";
import type { Config } from "../schemas/config.ts";
import type { Manifest, ManifestTask } from "../schemas/manifest.ts";
import type { Plan } from "../schemas/plan.ts";
import { loadConfig } from "./config.ts";
import { engineFor } from "./engines/engines.ts";
import type { Job, JobOptions, JobTask } from "./job.ts";
import { checkMode } from "./manifest/check.ts";
import { loadManifest } from "./manifest/load.ts";
import { manifestFromPlan, readPlan, sectionFor } from "./plan/read-plan.ts";
import { isError, type Problem, ProblemsError, UsageError } from "./problem.ts";

/**
 * Reads a manifest, or a plan without one, with all that belongs to it. Throws ProblemsError with every problem at
 * once where one is an error, and UsageError for what stands in no file.
 */
export async function prepare(
  path: string,
  options: JobOptions = {},
): Promise<{ job: Job; problems: Problem[] }> {
  const projectDir = resolve(options.projectDir ?? ".");
  const config = await loadConfig(projectDir);
  const source = await readSource(resolve(path), options);
  const problems = [...config.problems, ...source.problems];
  if (problems.some(isError) || !source.manifest || !config.config) throw new ProblemsError(problems);
  const manifest: Manifest = {
    ...source.manifest,
    mode: options.mode ?? source.manifest.mode,
    max_parallel: options.maxParallel ?? source.manifest.max_parallel,
    pause: options.step ?? source.manifest.pause,
  };
  if (options.step && manifest.mode !== "manual-batching") {
    throw new UsageError(
      `--step pauses between batches, and only the mode manual-batching has batches; this run's mode is ${manifest.mode}`,
      "add --mode manual-batching, or leave --step out",
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
      // A plain command does the same again, whatever it is told.
      fixes: tasks.map(({ engine }) => (engine === "command" ? 0 : manifest.fixes)),
    }),
    tasks,
    allowPush: options.allowPush ?? false,
    options,
  };
  return { job, problems };
}

/** One sentence for each engine that the job needs and this machine lacks. */
export async function missingEngines(job: Job): Promise<string[]> {
  const names = [...new Set(job.tasks.map(({ engine }) => engine))];
  const missing = await Promise.all(names.map((name) => engineFor(name, job.config, process.env).missing()));
  return missing.flatMap((sentence) => sentence ?? []);
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
  const fallback = options.engine ?? manifest.engine ?? config.tiers[tier].engine ?? config.engine ?? "codex";
  const promptText = task.prompt_file
    ? await readPrompt(task, resolve(dirname(manifestFile), task.prompt_file))
    : task.prompt;
  return {
    task,
    title: task.title ?? task.id,
    stage,
    tier,
    engine: task.engine ?? (task.run ? "command" : fallback),
    timeoutMs: (task.timeout ?? manifest.timeout_per_task) * 1000,
    ...(promptText === undefined ? {} : { promptText }),
  };
}

async function readPrompt(task: ManifestTask, file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new UsageError(
      `task "${task.id}" takes its prompt from ${file}, which cannot be read: ${(error as Error).message}`,
      "`prompt_file` is relative to the manifest",
    );
  }
}

interface Source {
  readonly manifest?: Manifest;
  /** The file that `manifest` came from. */
  readonly file: string;
  readonly plan?: Plan;
  readonly problems: Problem[];
}

/** A plan is known by its name; a manifest that lies beside it is used. */
async function readSource(path: string, options: JobOptions): Promise<Source> {
  const isPlan = [".md", ".markdown"].includes(extname(path).toLowerCase());
  const beside = isPlan ? manifestBeside(path) : path;
  if (isPlan && !(await exists(beside))) {
    const { plan, problems } = await readPlan(path);
    return { ...(plan ? { plan, manifest: manifestFromPlan(plan) } : {}), file: path, problems };
  }
  const { manifest, file, problems } = await loadManifest(beside);
  const planFile = options.plan ? resolve(options.plan) : isPlan ? path : await planBeside(path);
  const read = planFile ? await readPlan(planFile, { needsTasks: false }) : undefined;
  const overridden = manifest && file && options.mode ? checkMode(manifest, file, options.mode) : [];
  return {
    ...(manifest ? { manifest } : {}),
    ...(read?.plan ? { plan: read.plan } : {}),
    file: beside,
    problems: [...problems, ...overridden, ...(read?.problems ?? [])],
  };
}

export const manifestBeside = (plan: string): string => plan.replace(/\.(md|markdown)$/i, ".exec.yaml");

async function planBeside(manifest: string): Promise<string | undefined> {
  const plan = manifest.replace(/\.exec\.ya?ml$/i, ".md");
  return plan !== manifest && (await exists(plan)) ? plan : undefined;
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** Tasks whose prompt would be just their title: no section of the plan, no `prompt`, no `run`. */
export const tasksWithoutText = (job: Job): string[] =>
  job.tasks.flatMap(({ task, title, promptText }) => {
    const hasText = promptText !== undefined || task.run !== undefined || task.prompt_hint !== undefined;
    return hasText || (job.plan && sectionFor(job.plan, { id: task.id, title })) ? [] : [task.id];
  });

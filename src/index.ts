/**
 * Runs execution manifests from a program.
 *
 * ```ts
 * const { job, problems } = await prepare("docs/plan.exec.yaml", { projectDir: "." });
 * const run = await startRun(job, { onEvent: (event) => console.log(event.event) });
 * const { counts, exitCode } = await run.finished;
 * ```
 */

export type { EngineName } from "../schemas/engines.ts";
export type { RunEvent } from "../schemas/event.ts";
export type { Manifest, ManifestTask, Mode, Tier } from "../schemas/manifest.ts";
export { manifestSchema } from "../schemas/manifest.ts";
export type { Outcome, Status, Usage } from "../schemas/outcome.ts";
export { missingEngines } from "./job/engine-checks.ts";
export type { Job, JobOptions, JobTask } from "./job/job.ts";
export { type Overview, overview } from "./job/overview.ts";
export { prepare } from "./job/prepare.ts";
export { loadManifest } from "./manifest/load.ts";
export { type Place, type Problem, ProblemsError, RunError, UsageError } from "./problem.ts";
export type { RunHandle, RunOptions, RunResult } from "./run/handle.ts";
export { startRun } from "./run/start.ts";

import { configName } from "../../job/config-name.ts";
import type { Source } from "../../job/sources.ts";
import { isError, type Problem } from "../../problem.ts";
import { colorsFor } from "../../terminal/colors.ts";
import { counted } from "../../text/measures.ts";
import { exists } from "../../text/on-disk.ts";
import { jsonText } from "../../text/printable.ts";
import { command } from "../command.ts";
import { jsonFlag } from "../options.ts";

export const check = command("check", {
  summary: "check manifests for problems",
  description:
    "Check manifests and list every problem with its line, its column and how to fix it, and warnings about this directory's configuration.",
  arguments: [["<manifest...>", "manifests (plan.exec.yaml)"]],
  flags: { json: jsonFlag("print {valid, problems} as JSON") },
  examples: ["interserve check docs/plan.exec.yaml", "interserve check docs/*.exec.yaml --json"],
  exitStatus: "0 if every manifest is valid, with or without warnings; otherwise 2.",
  action: async (paths, { json }) => {
    const { readManifest } = await import("../../job/sources.ts");
    const { problemJson, renderProblem } = await import("../../terminal/problems.ts");
    let problems: Problem[] = [];
    for (const path of paths) problems = problems.concat(await problemsOf(await readManifest(path)));
    problems = problems.concat(await configWarnings());
    const errors = problems.filter(isError).length;
    const status = errors === 0 ? 0 : 2;
    if (json) {
      process.stdout.write(jsonText({ valid: errors === 0, problems: problems.map(problemJson) }));
      return status;
    }
    const colors = colorsFor(process.stdout);
    for (const problem of problems) {
      process.stdout.write(`${renderProblem(problem, { color: colors.isColorSupported })}\n\n`);
    }
    const verdict = errors === 0 ? colors.green("valid") : colors.red("not valid");
    const counts = `${counted(errors, "error")}, ${counted(problems.length - errors, "warning")}`;
    process.stdout.write(`${counted(paths.length, "manifest")}: ${verdict} (${counts})\n`);
    return status;
  },
});

/** The problems of a manifest, and where the configuration of this directory leaves its keys without effect. */
async function problemsOf({ manifest, yaml, problems }: Source): Promise<Problem[]> {
  const tasks = manifest?.stages.flatMap((stage) => stage.tasks) ?? [];
  // The configuration is loaded only if it matters.
  if (!manifest || !yaml || !tasks.some(({ retries }) => typeof retries === "object")) return problems;
  const { loadConfig } = await import("../../job/config.ts");
  const { retryProblems } = await import("../../job/retry-problems.ts");
  const { config } = await loadConfig(process.cwd());
  return config ? [...problems, ...retryProblems(manifest, yaml, config)] : problems;
}

/** Warnings about the configuration of this directory. It is loaded only if there is one. */
async function configWarnings(): Promise<Problem[]> {
  if (!(await exists(configName))) return [];
  const { loadConfig } = await import("../../job/config.ts");
  return (await loadConfig(process.cwd())).problems.filter((problem) => !isError(problem));
}

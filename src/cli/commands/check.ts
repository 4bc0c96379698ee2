import { readManifest } from "../../job/sources.ts";
import { isError, type Problem } from "../../problem.ts";
import { colorsFor } from "../../terminal/colors.ts";
import { problemJson, renderProblem } from "../../terminal/problems.ts";
import { counted } from "../../text/measures.ts";
import { jsonText } from "../../text/printable.ts";

export interface CheckFlags {
  readonly json?: boolean;
}

/** `interserve check`: exit status 0 where every manifest can be run, else 2. Warnings do not count. */
export async function check(paths: readonly string[], flags: CheckFlags): Promise<number> {
  let problems: Problem[] = [];
  for (const path of paths) problems = problems.concat((await readManifest(path)).problems);
  const errors = problems.filter(isError).length;
  if (flags.json) {
    const report = { valid: errors === 0, problems: problems.map(problemJson) };
    process.stdout.write(jsonText(report));
    return errors === 0 ? 0 : 2;
  }
  const colors = colorsFor(process.stdout);
  for (const problem of problems) {
    process.stdout.write(`${renderProblem(problem, { color: colors.isColorSupported })}\n\n`);
  }
  const warnings = problems.length - errors;
  const verdict = errors === 0 ? colors.green("valid") : colors.red("not valid");
  process.stdout.write(
    `${counted(paths.length, "manifest")}: ${verdict} (${counted(errors, "error")}, ${counted(warnings, "warning")})\n`,
  );
  return errors === 0 ? 0 : 2;
}

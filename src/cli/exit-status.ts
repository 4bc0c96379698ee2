import { type Problem, ProblemsError, RunError, UsageError } from "../problem.ts";
import { colorsFor } from "../terminal/colors.ts";
import { printable } from "../text/printable.ts";

/** The exit status of a command that ended with an error: 70 for a bug in interserve. */
export function statusOf(error: unknown): number {
  if (error instanceof RunError) return 1;
  return error instanceof ProblemsError || error instanceof UsageError || isSystemError(error) ? 2 : 70;
}

const isSystemError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && typeof (error as NodeJS.ErrnoException).syscall === "string";

/** Prints problems, if there are any, to standard error. */
export async function printProblems(problems: readonly Problem[]): Promise<void> {
  if (problems.length === 0) return;
  const { renderProblem } = await import("../terminal/problems.ts");
  const color = colorsFor(process.stderr).isColorSupported;
  for (const problem of problems) process.stderr.write(`${renderProblem(problem, { color })}\n`);
}

/** Prints a warning that has no place in a file to standard error. */
export function printWarning(warning: string): void {
  process.stderr.write(`warning: ${printable(warning)}\n`);
}

/** Prints an error, or its problems, to standard error. Only a bug in interserve comes with a stack. */
export async function printError(error: unknown): Promise<void> {
  if (error instanceof ProblemsError) {
    await printProblems(error.problems);
  } else if (error instanceof UsageError || error instanceof RunError) {
    const message = error.message.split("\n").map(printable).join("\n");
    process.stderr.write(`error: ${message}\n${error.hint ? `  hint: ${printable(error.hint)}\n` : ""}`);
  } else if (isSystemError(error)) {
    process.stderr.write(`error: ${printable(error.message)}\n`);
  } else {
    const stack = error instanceof Error ? error.stack : String(error);
    process.stderr.write(`This is a bug in interserve, not in your manifest; please report it.\n${stack}\n`);
  }
}

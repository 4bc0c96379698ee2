import type { Check } from "../../engines/engine.ts";
import { examine } from "../../job/doctor.ts";
import { colorsFor } from "../../terminal/colors.ts";
import type { Colors } from "../../terminal/reporter.ts";
import { jsonText, printable } from "../../text/printable.ts";

export interface DoctorFlags {
  readonly projectDir?: string;
  readonly json?: boolean;
}

/** `interserve doctor`: exit status 0 where the default engine can carry tasks out, else 1. */
export async function doctor(flags: DoctorFlags): Promise<number> {
  const examination = await examine(flags.projectDir ?? ".", process.env);
  const { ready, engine, checks } = examination;
  if (flags.json) {
    const all = checks.map(({ advice = null, ...check }) => ({ ...check, advice }));
    process.stdout.write(jsonText({ ...examination, checks: all }));
    return ready ? 0 : 1;
  }
  const colors = colorsFor(process.stdout);
  const width = Math.max(...checks.map(({ name }) => name.length));
  for (const check of checks) process.stdout.write(lineOf(check, width, colors));
  const verdict = ready ? colors.green("ready") : colors.red("not ready");
  process.stdout.write(`\n${verdict}: tasks that name no engine are carried out by ${engine}\n`);
  return ready ? 0 : 1;
}

function lineOf({ name, status, found, advice }: Check, width: number, colors: Colors): string {
  const marks = {
    ok: colors.green("ok"),
    warning: colors.yellow("!"),
    problem: colors.red("x"),
    absent: colors.dim("-"),
  };
  const pad = " ".repeat(status === "ok" ? 1 : 2);
  const line = `${marks[status]}${pad}${name.padEnd(width)}  ${printable(found)}\n`;
  return advice === undefined
    ? line
    : `${line}   ${" ".repeat(width)}  ${colors.dim(`→ ${printable(advice)}`)}\n`;
}

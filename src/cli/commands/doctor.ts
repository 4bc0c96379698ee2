import type { Check } from "../../engines/engine.ts";
import { colorsFor } from "../../terminal/colors.ts";
import type { Colors } from "../../terminal/reporter.ts";
import { jsonText, printable } from "../../text/printable.ts";
import { command } from "../command.ts";
import { jsonFlag, projectDir } from "../options.ts";

export const doctor = command("doctor", {
  summary: "check this machine's engines",
  description:
    "Check that engines are installed and signed in, and that git and the sandbox work. Starts no agent and costs nothing.",
  flags: { projectDir, json: jsonFlag("print {ready, engine, checks} as JSON") },
  examples: ["interserve doctor"],
  exitStatus: "0 if the default engine is ready; 1 if it is not.",
  action: async (flags) => {
    const { examine } = await import("../../job/doctor.ts");
    const examination = await examine(flags.projectDir ?? ".", process.env);
    const { ready, engine, checks } = examination;
    if (flags.json) {
      const all = checks.map(({ advice = null, ...check }) => ({ ...check, advice }));
      process.stdout.write(jsonText({ ...examination, checks: all }));
      return ready ? 0 : 1;
    }
    const colors = colorsFor(process.stdout);
    const width = Math.max(...checks.map(({ name }) => name.length));
    for (const check of checks) process.stdout.write(checkText(check, width, colors));
    const verdict = ready
      ? `${colors.green("ready")}: tasks that name no engine run on ${engine}`
      : `${colors.red("not ready")}: tasks that name no engine need ${engine}`;
    process.stdout.write(`\n${verdict}\n`);
    return ready ? 0 : 1;
  },
});

function checkText({ name, status, found, advice }: Check, width: number, colors: Colors): string {
  const marks = {
    ok: colors.green("ok"),
    warning: colors.yellow("!"),
    problem: colors.red("x"),
    absent: colors.dim("-"),
  };
  const pad = " ".repeat(status === "ok" ? 1 : 2);
  const line = `${marks[status]}${pad}${name.padEnd(width)}  ${printable(found)}\n`;
  if (advice === undefined) return line;
  return `${line}   ${" ".repeat(width)}  ${colors.dim(`→ ${printable(advice)}`)}\n`;
}

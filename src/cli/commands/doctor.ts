import type { Check } from "../../engines/engine.ts";
import type { Examination } from "../../job/doctor.ts";
import { colorsFor } from "../../terminal/colors.ts";
import type { Colors } from "../../terminal/reporter.ts";
import { listed } from "../../text/list.ts";
import { jsonText, printable } from "../../text/printable.ts";
import { command } from "../command.ts";
import { printProblems } from "../exit-status.ts";
import { jsonFlag, projectDir } from "../options.ts";

export const doctor = command("doctor", {
  summary: "check this machine's engines",
  description:
    "Check that engines are installed and signed in, and that git and the sandbox work, and list the environment variables that each engine gets. Starts no agent and costs nothing.",
  flags: { projectDir, json: jsonFlag("print {ready, engine, checks, environment, problems} as JSON") },
  examples: ["interserve doctor"],
  exitStatus: "0 if the default engine is ready; 1 if it is not.",
  action: async (flags) => {
    const { examine } = await import("../../job/doctor.ts");
    const examination = await examine(flags.projectDir ?? ".", process.env);
    const { ready, engine, checks, environment, problems } = examination;
    if (flags.json) {
      const { problemJson } = await import("../../terminal/problems.ts");
      const all = checks.map(({ advice = null, ...check }) => ({ ...check, advice }));
      const facts = { ...examination, checks: all, problems: problems.map(problemJson) };
      process.stdout.write(jsonText(facts));
      return ready ? 0 : 1;
    }
    await printProblems(problems);
    const colors = colorsFor(process.stdout);
    const width = checks.reduce((most, { name }) => Math.max(most, name.length), 0);
    for (const check of checks) process.stdout.write(checkText(check, width, colors));
    for (const line of environmentLines(environment)) process.stdout.write(`\n${line}\n`);
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

/** One line for each set of variables, with the engines that get it. */
function environmentLines(environment: Examination["environment"]): string[] {
  const engines = new Map<string, string[]>();
  for (const [engine, variables] of Object.entries(environment)) {
    const names = printable(variables.join(", ")) || "none";
    engines.set(names, [...(engines.get(names) ?? []), engine]);
  }
  return [...engines].map(([names, getting]) => `variables for ${listed(getting)}: ${names}`);
}

import { resolve } from "node:path";
import type { Approval } from "../../job/approvals.ts";
import { configName } from "../../job/config-name.ts";
import { ProblemsError, UsageError } from "../../problem.ts";
import { jsonText, printable } from "../../text/printable.ts";
import { command, flag } from "../command.ts";
import { printProblems } from "../exit-status.ts";
import { jsonFlag, projectDir } from "../options.ts";

export const trust = command("trust", {
  summary: "approve the configuration of a project",
  description:
    "Approve what the configuration of a project sets beyond your own: programs, and what agents may do and see. Until you do, these settings are ignored. The approval is for this repository and these settings: if one of them changes, it needs your approval again.",
  flags: {
    projectDir,
    list: flag("--list", "list what you have approved, in all projects").conflicts("revoke"),
    revoke: flag("--revoke", "withdraw every approval for this repository"),
    json: jsonFlag("print the approvals of this project, or with --list of all projects, as JSON"),
  },
  examples: ["interserve trust", "interserve trust --list", "interserve trust --revoke"],
  action: async ({ list, revoke, json, ...flags }) => {
    const { allApprovals, Approvals } = await import("../../job/approvals.ts");
    const { userStateDir } = await import("../../job/config.ts");
    const directory = resolve(flags.projectDir ?? ".");
    const stateDir = await userStateDir(process.env);
    const readApprovals = async () => (await Approvals.of(directory, process.env, stateDir)).all;
    const print = (text: string, approvals: readonly Approval[]) =>
      process.stdout.write(json ? jsonText(approvals) : text);
    if (list) {
      const all = await allApprovals(process.env, stateDir);
      print(all.map(approvalText).join("") || "nothing is approved\n", all);
      return 0;
    }
    if (process.env.INTERSERVE_ATTEMPT) {
      throw new UsageError(
        "a task may not approve a configuration",
        "ask the person who started the run to run `interserve trust`",
      );
    }
    if (revoke) {
      const approvals = await Approvals.of(directory, process.env, stateDir);
      await approvals.clear();
      const what = approvals.all.length > 0 ? "withdrew every approval for" : "nothing was approved for";
      print(`${what} ${printable(directory)}\n`, []);
      return 0;
    }
    const text = await approve(directory, stateDir);
    print(text, await readApprovals());
    return 0;
  },
});

/** Approves the settings of a project's configuration. Returns what was done, as text. */
async function approve(directory: string, stateDir: string | undefined): Promise<string> {
  const { Approvals } = await import("../../job/approvals.ts");
  const { loadConfig } = await import("../../job/config.ts");
  const { config, problems, settings, approved, ignored, claudeSettings } = await loadConfig(directory);
  if (!config) throw new ProblemsError(problems);
  await printProblems(problems.filter(({ code }) => code !== "not-approved"));
  const beyond = [...approved, ...ignored].filter(({ grant }) => grant !== "owner");
  const given = [...beyond, ...claudeSettings];
  if (given.length === 0) {
    return `nothing to approve: ${configName} in ${printable(directory)} sets nothing beyond your own configuration\n`;
  }
  // Apart, so that a change of the one leaves the approval of the other.
  for (const part of [beyond.length > 0 ? settings : [], claudeSettings]) {
    if (part.length > 0) await (await Approvals.of(directory, process.env, stateDir)).add(part);
  }
  const lines = settingLines(given.map(({ key, value }) => [key, value]));
  return `approved for ${printable(directory)}:\n${lines}`;
}

const approvalText = ({ directory, at, settings }: Approval): string =>
  `${printable(directory)}, ${at.slice(0, 10)}\n${settingLines(settings)}`;

const settingLines = (settings: Approval["settings"]): string =>
  settings.map(([key, value]) => `  ${key}: ${printable(JSON.stringify(value))}\n`).join("");

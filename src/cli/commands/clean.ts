import { counted } from "../../text/measures.ts";
import { jsonText } from "../../text/printable.ts";
import { command, flag, parsedFlag } from "../command.ts";
import { jsonFlag, recordFlags, wholeNumber } from "../options.ts";

export const clean = command("clean", {
  summary: "remove old runs",
  description: "Remove all runs except the latest ones. Live runs are never removed.",
  flags: {
    ...recordFlags,
    keep: parsedFlag("--keep <n>", "how many of the latest runs to keep (default: 10)", wholeNumber(0)),
    dryRun: flag("--dry-run", "show what would be removed"),
    json: jsonFlag("print {removed, under_way} as JSON"),
  },
  examples: ["interserve clean", "interserve clean --keep 0"],
  action: async (flags) => {
    const { removeRun } = await import("../../journal/remove-run.ts");
    const { listRuns } = await import("../../journal/project-record.ts");
    const { recordOf } = await import("../session/record.ts");
    const all = await listRuns(await recordOf(flags));
    const old = all.slice(0, Math.max(0, all.length - (flags.keep ?? 10)));
    const removed: string[] = [];
    const underWay: string[] = [];
    for (const run of old) {
      const isGone = flags.dryRun || (await removeRun(run));
      (isGone ? removed : underWay).push(run.run);
    }
    if (flags.json) process.stdout.write(jsonText({ removed, under_way: underWay }));
    else process.stdout.write(cleanText(removed, underWay, all.length, flags.dryRun ?? false));
    return 0;
  },
});

function cleanText(
  removed: readonly string[],
  underWay: readonly string[],
  all: number,
  isDryRun: boolean,
): string {
  const verb = isDryRun ? "would remove" : "removed";
  return [
    ...removed.map((name) => `${verb} ${name}`),
    ...underWay.map((name) => `kept ${name}, which is still running`),
    `${verb} ${removed.length} of ${counted(all, "run")}`,
    "",
  ].join("\n");
}

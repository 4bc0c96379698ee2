import { modeConfigs } from "../../machines/modes/modes.ts";
import type { Overview } from "../job/overview.ts";
import { counted } from "../text/measures.ts";
import { printable } from "../text/printable.ts";
import { atOnce } from "./lines.ts";
import type { Colors } from "./reporter.ts";

/** What `show` and a dry run print. `relaxing` is in units of one task's time. */
export function overviewText(
  facts: Overview,
  relaxing: { readonly strict: number; readonly relaxed: number } | undefined,
  colors: Colors,
): string {
  const byId = new Map(facts.tasks.map((task) => [task.id, task]));
  const task = (id: string): string => {
    const { title = id, depends = [], engine, tier } = byId.get(id) ?? {};
    const after = depends.length > 0 ? colors.dim(` ← ${depends.map(printable).join(", ")}`) : "";
    const name = `${colors.bold(printable(id))}${title === id ? "" : ` ${printable(title)}`}`;
    return `    ${name}${after} ${colors.dim(`(${engine}, ${tier})`)}`;
  };
  const waves = facts.waves.flatMap((wave, at) => [`  ${waveName(facts)} ${at + 1}`, ...wave.map(task)]);
  const chain = facts.critical_path.map(printable).join(" → ");
  return [
    `${facts.mode}, ${counted(facts.tasks.length, "task")}, ${atOnce(facts)}`,
    "",
    ...waves,
    "",
    `longest chain (${counted(facts.critical_path.length, "task")}): ${chain}`,
    ...conflicts(facts),
    ...saving(relaxing),
    ...heldBack(facts),
    "",
  ].join("\n");
}

const waveName = ({ mode }: Overview): string => modeConfigs[mode].stepWord;

function conflicts({ conflicts }: Overview): string[] {
  if (conflicts.length === 0) return [];
  const lines = conflicts.map(
    ({ file, tasks }) => `  ${printable(file)}: ${tasks.map(printable).join(", ")}`,
  );
  return ["tasks that share a file never run at the same time:", ...lines];
}

/** How many tasks a line names. */
const maxNames = 5;

function heldBack({ mode, barriers }: Overview): string[] {
  const { reliesOnStages } = modeConfigs[mode];
  if (barriers.length === 0 || !reliesOnStages) return [];
  const holding = barriers.filter(({ holds_back }) => holds_back.length > 0);
  if (holding.length === 0)
    return ["a failure skips only the tasks that depend on it: all others name their `depends`"];
  return [
    "if a stage does not pass, later tasks that name no `depends` are skipped, and what depends on them:",
    ...holding.map(({ stage, holds_back: tasks }) => {
      const more = tasks.length > maxNames ? ` and ${tasks.length - maxNames} more` : "";
      const names = tasks.slice(0, maxNames).map(printable).join(", ");
      return `  ${printable(stage)}: ${counted(tasks.length, "task")} (${names}${more})`;
    }),
  ];
}

function saving(relaxing: { strict: number; relaxed: number } | undefined): string[] {
  if (!relaxing) return [];
  const { strict, relaxed } = relaxing;
  if (relaxed >= strict) return ["stage_barriers: relaxed would save no time"];
  const share = Math.round((1 - relaxed / strict) * 100);
  return [
    `stage_barriers: relaxed would take ${relaxed} units of time instead of ${strict} (${share} % less), if every task takes one`,
  ];
}

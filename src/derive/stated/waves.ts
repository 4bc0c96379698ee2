import type { Plan } from "../../../schemas/plan.ts";
import type { Stage } from "../stages.ts";
import type { References } from "./references.ts";
import { besideFirst } from "./sequences.ts";
import type { StatedOrder } from "./stated-order.ts";
import { tableRows } from "./table-rows.ts";

const waveLine =
  /^[^\w\n]*((?:wave|phase|stage|batch|round|step|group)\s+(?:\d+|[A-Z])\b[^:\n]*):\**[ \t]*(.*)$/gim;

/**
 * Reads waves, phases or other groups of tasks that run one after the other: from lines such as
 * `**Wave 2 (after Wave 1):** Tasks 3, 5`, from a table, or from headings. They are the plan's stages if they hold
 * every task once.
 */
export function readWaves(plan: Plan, references: References): StatedOrder & { readonly stages?: Stage[] } {
  const lines = waveLines(plan.prose, references);
  const waves = lines.length > 0 ? lines : waveTable(plan.prose, references);
  const tasks = waves.flatMap((wave) => wave.tasks);
  const isWhole = tasks.length === plan.tasks.length && new Set(tasks).size === tasks.length;
  const stages = waves.length > 1 && isWhole ? waves : waveHeadings(plan);
  return { placed: besideFirst(waves.map((wave) => wave.tasks)), ...(stages ? { stages } : {}) };
}

const waveLines = (text: string, references: References): Stage[] =>
  [...text.matchAll(waveLine)].flatMap(([, head = "", rest = ""]): Stage[] => {
    const tasks = references.tasksIn(rest.replace(/\([^)]*\)/g, " ")).sort((a, b) => a - b);
    const name = head.replace(/[*`]|\s*\([^)]*\)/g, "").trim();
    return tasks.length > 0 ? [{ name, tasks }] : [];
  });

/** Reads a table with the tasks of each wave: `| 2 | Tasks 3, 5 |`. */
const waveTable = (text: string, references: References): Stage[] =>
  tableRows(text, columnsIn).flatMap(({ columns: { wave, word, tasks: column }, cells }): Stage[] => {
    const label = cells[wave] ?? "";
    const name = /^\w{1,2}$/.test(label) ? `${word} ${label}` : label;
    const tasks = references.tasksInField(cells[column] ?? "").sort((a, b) => a - b);
    return tasks.length > 0 ? [{ name, tasks }] : [];
  });

function columnsIn(header: readonly string[]): { wave: number; word: string; tasks: number } | undefined {
  const wave = header.findIndex((cell) => /^(?:wave|phase|stage|batch|round|group)$/i.test(cell));
  const tasks = header.findIndex((cell) => /^tasks?$/i.test(cell));
  return wave >= 0 && tasks >= 0 ? { wave, word: header[wave] ?? "", tasks } : undefined;
}

/**
 * Reads headings such as `## Wave 2: Sessions` above all tasks. Returns undefined if a heading is not called a wave or
 * the like, or comes twice, unless the plan's format says that its groups are stages.
 */
function waveHeadings({ tasks, isStaged = false }: Plan): Stage[] | undefined {
  const stages: { name: string; tasks: number[] }[] = [];
  let current: string | undefined;
  for (const [index, { group = "" }] of tasks.entries()) {
    if (!isStaged && !/^\W*(wave|phase|stage|batch)\s+(\d+|[A-Z])\b/i.test(group)) return undefined;
    const isKnown = stages.some(({ name }) => name === group);
    if (current === group) stages.at(-1)?.tasks.push(index);
    else if (isKnown && !isStaged) return undefined;
    else stages.push({ name: isKnown || !group ? `Stage ${stages.length + 1}` : group, tasks: [index] });
    current = group;
  }
  return stages.length > 1 ? stages : undefined;
}

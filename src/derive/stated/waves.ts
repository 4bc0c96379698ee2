import type { Plan } from "../../../schemas/plan.ts";
import type { References } from "./references.ts";
import { cellsOf } from "./table-cells.ts";

/** A named group of tasks, in the order in which the plan has them run. */
export interface Wave {
  readonly name: string;
  readonly tasks: readonly number[];
}

const line =
  /^[^\w\n]*((?:wave|phase|stage|batch|round|step|group)\s+(?:\d+|[A-Z])\b[^:\n]*):\**[ \t]*(.*)$/gim;

/** `**Wave 2 (after Wave 1):** Tasks 3, 5`, line for line, or as a table. */
export function wavesIn(text: string, references: References): Wave[] {
  const waves = [...text.matchAll(line)].flatMap(([, head = "", rest = ""]): Wave[] => {
    const tasks = references.named(rest.replace(/\([^)]*\)/g, " ")).sort((a, b) => a - b);
    const name = head.replace(/[*`]|\s*\([^)]*\)/g, "").trim();
    return tasks.length > 0 ? [{ name, tasks }] : [];
  });
  return waves.length > 0 ? waves : tableWaves(text, references);
}

/** A table of waves with the tasks of each: `| 2 | Tasks 3, 5 |`. */
function tableWaves(text: string, references: References): Wave[] {
  const waves: Wave[] = [];
  let columns: { readonly wave: number; readonly tasks: number; readonly word: string } | undefined;
  for (const line of text.split(/\r?\n/)) {
    const cells = cellsOf(line);
    if (!cells) columns = undefined;
    else if (!columns) {
      const wave = cells.findIndex((cell) => /^(?:wave|phase|stage|batch|round|group)$/i.test(cell));
      const tasks = cells.findIndex((cell) => /^tasks?$/i.test(cell));
      if (wave >= 0 && tasks >= 0) columns = { wave, tasks, word: cells[wave] ?? "" };
    } else {
      const name = cells[columns.wave] ?? "";
      const tasks = references.inField(cells[columns.tasks] ?? "").sort((a, b) => a - b);
      if (tasks.length > 0)
        waves.push({ name: /^\w{1,2}$/.test(name) ? `${columns.word} ${name}` : name, tasks });
    }
  }
  return waves;
}

/** Whether every task stands in one, and in one only. */
export function areWhole(waves: readonly Wave[], count: number): boolean {
  const all = waves.flatMap(({ tasks }) => tasks);
  return waves.length > 1 && all.length === count && new Set(all).size === count;
}

/** Headings such as `## Wave 2: Sessions` over all of the tasks, each over those that follow each other. */
export function headedWaves({ tasks, isStaged = false }: Plan): Wave[] | undefined {
  const waves: { name: string; tasks: number[] }[] = [];
  let last: string | undefined;
  for (const [at, { group = "" }] of tasks.entries()) {
    if (!isStaged && !/^\W*(wave|phase|stage|batch)\s+(\d+|[A-Z])\b/i.test(group)) return undefined;
    const isKnown = waves.some(({ name }) => name === group);
    if (last === group) waves.at(-1)?.tasks.push(at);
    else if (isKnown && !isStaged) return undefined;
    else waves.push({ name: isKnown || !group ? `Stage ${waves.length + 1}` : group, tasks: [at] });
    last = group;
  }
  return waves.length > 1 ? waves : undefined;
}

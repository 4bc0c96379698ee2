import type { Edge } from "../edge.ts";
import { isAll } from "./field-value.ts";
import { withoutExceptions } from "./negation.ts";
import type { References } from "./references.ts";
import type { Statements } from "./statements.ts";
import type { Wave } from "./waves.ts";

/** A table over tasks with a column of what each depends on: `| 7 | Services | Tasks 3, 4 |`. */
export function tableStatements(text: string, references: References): Pick<Statements, "edges" | "free"> {
  const edges: Edge[] = [];
  const free = new Set<number>();
  let columns: { readonly task: number; readonly depends: number } | undefined;
  for (const line of text.split(/\r?\n/)) {
    const cells = cellsOf(line);
    if (!cells) columns = undefined;
    else if (!columns) columns = columnsIn(cells);
    else {
      const [to] = references.inField(cells[columns.task] ?? "");
      const value = cells[columns.depends] ?? "";
      if (to === undefined) continue;
      const detail = `"${cells.join(" | ")}"`;
      const { kept, left } = withoutExceptions(value);
      const exceptions = left.flatMap(references.inField);
      const isNone = /^\W*$|^\W*(?:none|nothing|n\/a)\W*$/i.test(kept);
      const listed = isAll(kept) ? Array.from({ length: to }, (_, task) => task) : references.inField(kept);
      const named = isNone ? exceptions : listed.filter((from) => !exceptions.includes(from));
      for (const from of named) if (from !== to) edges.push({ from, to, kind: "statement", detail });
      if (isNone && named.length === 0) free.add(to);
    }
  }
  return { edges, free };
}

/** A table of waves with the tasks of each: `| 2 | Tasks 3, 5 |`. */
export function tableWaves(text: string, references: References): Wave[] {
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

const cellsOf = (line: string): string[] | undefined =>
  /^\s*\|.*\|\s*$/.test(line)
    ? line
        .trim()
        .slice(1, -1)
        .split("|")
        .map((cell) => cell.replace(/[*`]/g, "").trim())
    : undefined;

function columnsIn(cells: readonly string[]): { task: number; depends: number } | undefined {
  const task = cells.findIndex((cell) => /^(?:#|tasks?|task\s*(?:#|no\.?|id))$/i.test(cell));
  const depends = cells.findIndex((cell) =>
    /^(?:dependenc(?:y|ies)|depends(?:\s+on)?|blocked\s+by|requires|prerequisites?)$/i.test(cell),
  );
  return task >= 0 && depends >= 0 ? { task, depends } : undefined;
}

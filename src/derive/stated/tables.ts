import type { Plan } from "../../../schemas/plan.ts";
import type { Dependency } from "../dependency.ts";
import { isAll } from "./field-value.ts";
import { splitExceptions } from "./negation.ts";
import type { References } from "./references.ts";
import type { StatedOrder } from "./stated-order.ts";
import { tableRows } from "./table-rows.ts";

/** Reads tables of tasks with a column for dependencies: `| 7 | Services | Tasks 3, 4 |`. */
export function readTables({ prose }: Plan, references: References): StatedOrder {
  const dependencies: Dependency[] = [];
  const settled: number[] = [];
  for (const { columns, cells } of tableRows(prose, columnsIn)) {
    const [to] = references.tasksInField(cells[columns.task] ?? "");
    if (to === undefined) continue;
    const { included, excluded } = splitExceptions(cells[columns.depends] ?? "");
    const exceptions = excluded.flatMap(references.tasksInField);
    const isNone = /^\W*$|^\W*(?:none|nothing|n\/a)\W*$/i.test(included);
    const listed = isAll(included) ? references.all.slice(0, to) : references.tasksInField(included);
    const needs = isNone ? exceptions : listed.filter((task) => !exceptions.includes(task));
    const detail = `"${cells.join(" | ")}"`;
    for (const from of needs) if (from !== to) dependencies.push({ from, to, detail });
    if (isNone && needs.length === 0) settled.push(to);
  }
  return { dependencies, settled: [...settled, ...dependencies.map(({ to }) => to)] };
}

function columnsIn(header: readonly string[]): { task: number; depends: number } | undefined {
  const task = header.findIndex((cell) => /^(?:#|tasks?|task\s*(?:#|no\.?|id))$/i.test(cell));
  const depends = header.findIndex((cell) =>
    /^(?:dependenc(?:y|ies)|depends(?:\s+on)?|blocked\s+by|requires|prerequisites?)$/i.test(cell),
  );
  return task >= 0 && depends >= 0 ? { task, depends } : undefined;
}

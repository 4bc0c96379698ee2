import type { Edge } from "../edge.ts";
import { isAll } from "./field-value.ts";
import { withoutExceptions } from "./negation.ts";
import type { References } from "./references.ts";
import type { Statements } from "./statements.ts";
import { cellsOf } from "./table-cells.ts";

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

function columnsIn(cells: readonly string[]): { task: number; depends: number } | undefined {
  const task = cells.findIndex((cell) => /^(?:#|tasks?|task\s*(?:#|no\.?|id))$/i.test(cell));
  const depends = cells.findIndex((cell) =>
    /^(?:dependenc(?:y|ies)|depends(?:\s+on)?|blocked\s+by|requires|prerequisites?)$/i.test(cell),
  );
  return task >= 0 && depends >= 0 ? { task, depends } : undefined;
}

import type { PlanCode } from "../../schemas/plan.ts";
import type { Edge } from "./edge.ts";
import type { References } from "./references.ts";

/** Where the lines of a drawing lead on from a character: up, right, down, left. */
const ways: Readonly<Record<string, string>> = {
  "─": "rl", "━": "rl", "═": "rl", "-": "rl", "=": "rl", "│": "ud", "┃": "ud", "║": "ud", "|": "ud",
  "┌": "rd", "┐": "ld", "└": "ur", "┘": "ul", "├": "urd", "┤": "uld", "┬": "rld", "┴": "url", "┼": "urld",
  "╭": "rd", "╮": "ld", "╰": "ur", "╯": "ul", "+": "urld", "→": "rl", "▶": "rl", "►": "rl", ">": "rl",
  "←": "rl", "◀": "rl", "◄": "rl", "<": "rl", "↓": "ud", "▼": "ud", "v": "ud", "↑": "ud", "▲": "ud",
  "`": "ur", "\\": "ur", "↘": "ud", "↙": "ud",
}; // biome-ignore format: a table
const steps = { u: [-1, 0], r: [0, 1], d: [1, 0], l: [0, -1] } as const;
const opposite = { u: "d", r: "l", d: "u", l: "r" } as const;
type Way = keyof typeof steps;

interface Label {
  readonly task: number;
  readonly row: number;
  readonly start: number;
  /** Behind the last column. */
  readonly end: number;
}

/** A block that draws how tasks hang together: two or more names of tasks, and lines between them. */
export const isDrawing = ({ text }: PlanCode, references: References): boolean =>
  references.named(text).length > 1 && /[─━│├└┬→▶►▼↓]|-->|->|==>|\+--|\|/.test(text);

/** The edges that a drawing shows, and the tasks that it names. */
export function drawnEdges(code: PlanCode, references: References): { edges: Edge[]; drawn: Set<number> } {
  const rows = code.text.split(/\r?\n/).map((row) => [...row]);
  const labels = rows.flatMap((row, at) => labelsIn(row.join(""), at, references));
  const seen = new Set<string>();
  const edges: Edge[] = [];
  for (const [row, cells] of rows.entries()) {
    for (const column of cells.keys()) {
      if (seen.has(`${row}:${column}`) || !waysAt(rows, labels, row, column)) continue;
      const { sources, targets } = follow(rows, labels, row, column, seen);
      for (const from of sources)
        for (const to of targets) if (from !== to) edges.push({ from, to, kind: "graph", detail: "drawn in the plan's graph" });
    }
  }
  return { edges, drawn: new Set(labels.map(({ task }) => task)) };
}

/** `Task 3 (its title)`: up to two spaces or the next line of the drawing. */
function labelsIn(row: string, at: number, references: References): Label[] {
  return [...row.matchAll(/\bTask\s+#?[A-Za-z]{0,3}\d+(?:\.\d+)*[a-z]?\b/gi)].flatMap((found): Label[] => {
    const [task] = references.named(found[0]);
    const lead = row.slice(0, found.index);
    // Named within another label or a remark: `depends on Task 1`, `(parallel with Task 4)`.
    if (task === undefined || /[\w(,&+]\s*$/.test(lead)) return [];
    const rest = row.slice(found.index + found[0].length);
    const length = found[0].length + (/^.*?(?=\s{2,}|\s*[─━│┐┘┤┬┴├└→▶►◄◀←]|\s+-{1,}>|\s+--|$)/.exec(rest)?.[0].length ?? 0);
    return [{ task, row: at, start: found.index, end: found.index + length }];
  });
}

/** The ways that lead on from a place; none where it is text. */
function waysAt(rows: readonly string[][], labels: readonly Label[], row: number, column: number): string | undefined {
  const cell = rows[row]?.[column];
  if (cell === undefined || labels.some((label) => label.row === row && column >= label.start && column < label.end)) return undefined;
  if (/[-=<>v`\\+|]/.test(cell)) {
    const around = `${rows[row]?.[column - 1] ?? " "}${rows[row]?.[column + 1] ?? " "}`;
    if (/\w/.test(around) || (/[-=v]/.test(cell) && !/[-=+>|<]/.test(around) && cell !== "v")) return undefined;
  }
  return ways[cell];
}

/** All that one connected line touches: the tasks that it leaves, and those that it comes to. */
function follow(rows: readonly string[][], labels: readonly Label[], row: number, column: number, seen: Set<string>) {
  const [sources, targets] = [new Set<number>(), new Set<number>()];
  const open: [number, number][] = [[row, column]];
  seen.add(`${row}:${column}`);
  while (open.length > 0) {
    const [y, x] = open.pop() as [number, number];
    const cell = rows[y]?.[x] ?? "";
    for (const way of (waysAt(rows, labels, y, x) ?? "") as Iterable<Way>) {
      const place = nextPlace(rows, labels, y, x, way);
      if (!place) continue;
      if ("task" in place) {
        const comesTo = way === "r" || way === "d" || /[◄◀←<]/.test(cell);
        (comesTo ? targets : sources).add(place.task);
      } else if (!seen.has(`${place.row}:${place.column}`)) {
        seen.add(`${place.row}:${place.column}`);
        open.push([place.row, place.column]);
      }
    }
  }
  return { sources, targets };
}

/** What a line meets one step on: a label, or another piece of line. Drawings are often a column out of line. */
function nextPlace(rows: readonly string[][], labels: readonly Label[], y: number, x: number, way: Way): Label | { row: number; column: number } | undefined {
  const [dy, dx] = steps[way];
  const row = y + dy;
  const slanted = "↘↙".includes(rows[y]?.[x] ?? " ");
  const columns = dx === 0 ? [x, x - 1, x + 1, ...(slanted ? [x + 2, x + 3] : [])] : [x + dx, x + 2 * dx];
  for (const column of columns) {
    const label = labels.find((one) => one.row === row && column >= one.start && column < one.end);
    if (label) return label;
    const cell = rows[row]?.[column];
    if (cell === undefined || (dx !== 0 && cell === " ")) continue;
    const on = waysAt(rows, labels, row, column);
    // A `└` below a `└` is drawn for a `├`.
    if (on?.includes(opposite[way]) || (on && slanted) || (on && way === "u" && "└`╰".includes(cell))) return { row, column };
    if (dx !== 0) return undefined;
  }
  return undefined;
}

import type { PlanCode } from "../../../schemas/plan.ts";
import type { Edge } from "../edge.ts";
import type { References } from "./references.ts";
import { edgesAlong, sequencesOf } from "./sequences.ts";

/** Where the lines of a drawing lead on from a character: up, right, down, left. */
const ways: Readonly<Record<string, string>> = {
  "─": "rl",
  "━": "rl",
  "═": "rl",
  "-": "rl",
  "=": "rl",
  "│": "ud",
  "┃": "ud",
  "║": "ud",
  "|": "ud",
  "┌": "rd",
  "┐": "ld",
  "└": "ur",
  "┘": "ul",
  "├": "urd",
  "┤": "uld",
  "┬": "rld",
  "┴": "url",
  "┼": "urld",
  "╭": "rd",
  "╮": "ld",
  "╰": "ur",
  "╯": "ul",
  "+": "urld",
  "→": "rl",
  "▶": "rl",
  "►": "rl",
  ">": "rl",
  "←": "rl",
  "◀": "rl",
  "◄": "rl",
  "<": "rl",
  "↓": "ud",
  "▼": "ud",
  v: "ud",
  "↑": "ud",
  "▲": "ud",
  "`": "ur",
  "\\": "ur",
  "↘": "ud",
  "↙": "ud",
};
const steps = { u: [-1, 0], r: [0, 1], d: [1, 0], l: [0, -1] } as const;
const opposite = { u: "d", r: "l", d: "u", l: "r" } as const;
type Way = keyof typeof steps;

const detail = "the plan's graph draws it";

interface Place {
  readonly row: number;
  readonly column: number;
}

interface Drawing {
  /** Character for character. */
  readonly rows: readonly (readonly string[])[];
  /** Of each row. */
  readonly labels: readonly (readonly Label[])[];
}

interface Label {
  readonly task: number;
  readonly row: number;
  readonly start: number;
  /** Behind the last column. */
  readonly end: number;
}

/**
 * A block that draws how tasks hang together: two or more names of tasks, and lines between them; or nothing else
 * than chains of numbers.
 */
export const isDrawing = (code: PlanCode, references: References): boolean =>
  (references.named(code.text).length > 1 && /[─━│├└┬→▶►▼↓]|-->|->|==>|\+--|\|/.test(code.text)) ||
  sequencesOf(code, references) !== undefined;

/** The edges that a drawing shows, and the tasks that it names. */
export function drawnEdges(code: PlanCode, references: References): { edges: Edge[]; drawn: Set<number> } {
  const sequences = sequencesOf(code, references);
  if (sequences)
    return {
      edges: sequences.flatMap((steps) => edgesAlong(steps, "graph", detail)),
      drawn: new Set(sequences.flat(2)),
    };
  const rows = code.text.split(/\r?\n/).map((row) => [...row]);
  const labels = rows.map((row, at) => labelsIn(row.join(""), at, references));
  const drawing = { rows, labels };
  const seen = new Set<string>();
  const edges = rows.flatMap((cells, row) =>
    cells.flatMap((_, column) => {
      if (seen.has(keyOf({ row, column })) || !waysAt(drawing, { row, column })) return [];
      const { sources, targets } = follow(drawing, { row, column }, seen);
      return [...sources].flatMap((from) =>
        [...targets].flatMap((to): Edge[] => (from === to ? [] : [{ from, to, kind: "graph", detail }])),
      );
    }),
  );
  return { edges, drawn: new Set(labels.flat().map(({ task }) => task)) };
}

/** `Task 3 (its title)`: up to two spaces or the next line of the drawing. */
function labelsIn(row: string, at: number, references: References): Label[] {
  return [...row.matchAll(/\bTask\s+#?[A-Za-z]{0,3}\d+(?:\.\d+)*[a-z]?\b/gi)].flatMap((found): Label[] => {
    const [task] = references.named(found[0]);
    const lead = row.slice(0, found.index);
    // Named within another label or a remark: `depends on Task 1`, `(parallel with Task 4)`.
    if (task === undefined || /[\w(,&+]\s*$/.test(lead)) return [];
    const rest = row.slice(found.index + found[0].length);
    const length =
      found[0].length +
      (/^.*?(?=\s{2,}|\s*[─━│┐┘┤┬┴├└→▶►◄◀←]|\s+-{1,}>|\s+--|$)/.exec(rest)?.[0].length ?? 0);
    return [{ task, row: at, start: found.index, end: found.index + length }];
  });
}

const keyOf = ({ row, column }: Place): string => `${row}:${column}`;

const labelAt = ({ labels }: Drawing, { row, column }: Place): Label | undefined =>
  labels[row]?.find((label) => column >= label.start && column < label.end);

/** The ways that lead on from a place; none where it is text. */
function waysAt(drawing: Drawing, place: Place): string | undefined {
  const row = drawing.rows[place.row];
  const cell = row?.[place.column];
  if (cell === undefined || labelAt(drawing, place)) return undefined;
  if (/[-=<>v`\\+|]/.test(cell)) {
    const around = `${row?.[place.column - 1] ?? " "}${row?.[place.column + 1] ?? " "}`;
    if (/\w/.test(around) || (/[-=]/.test(cell) && !/[-=+>|<]/.test(around))) return undefined;
  }
  return ways[cell];
}

/** All that one connected line touches: the tasks that it leaves, and those that it comes to. */
function follow(drawing: Drawing, start: Place, seen: Set<string>) {
  const [sources, targets] = [new Set<number>(), new Set<number>()];
  const open = [start];
  seen.add(keyOf(start));
  for (let place = open.pop(); place; place = open.pop()) {
    for (const way of (waysAt(drawing, place) ?? "") as Iterable<Way>) {
      const next = nextPlace(drawing, place, way);
      if (!next) continue;
      if ("task" in next) {
        const comesTo =
          way === "r" || way === "d" || /[◄◀←<]/.test(drawing.rows[place.row]?.[place.column] ?? "");
        (comesTo ? targets : sources).add(next.task);
      } else if (!seen.has(keyOf(next))) {
        seen.add(keyOf(next));
        open.push(next);
      }
    }
  }
  return { sources, targets };
}

/** What a line meets one step on: a label, or another piece of line. Drawings are often a column out of line. */
function nextPlace(drawing: Drawing, from: Place, way: Way): Label | Place | undefined {
  const [down, right] = steps[way];
  const [row, x] = [from.row + down, from.column];
  const isSlanted = "↘↙".includes(drawing.rows[from.row]?.[x] ?? " ");
  const columns =
    down === 0 ? [x + right, x + 2 * right] : [x, x - 1, x + 1, ...(isSlanted ? [x + 2, x + 3] : [])];
  for (const column of columns) {
    const label = labelAt(drawing, { row, column });
    if (label) return label;
    const cell = drawing.rows[row]?.[column];
    if (cell === undefined || (down === 0 && cell === " ")) continue;
    const on = waysAt(drawing, { row, column });
    // A `└` below a `└` is drawn for a `├`; a slanted arrow leaves a line of any kind.
    const joins = on?.includes(opposite[way]) || isSlanted || (way === "u" && "└`╰".includes(cell));
    if (on && joins) return { row, column };
    if (down === 0) return undefined;
  }
  return undefined;
}

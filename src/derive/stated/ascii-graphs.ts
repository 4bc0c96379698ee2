import type { PlanCode } from "../../../schemas/plan.ts";
import type { References } from "./references.ts";
import { type Graph, type Pair, pairsAlong, sequencesOf } from "./sequences.ts";

/** Characters of a drawing by the directions in which their lines continue: up, right, down, left. */
const characters = {
  rl: "─━═-=→▶►>←◀◄<",
  ud: "│┃║|↓▼v↑▲↘↙",
  rd: "┌╭",
  ld: "┐╮",
  ur: "└╰`\\",
  ul: "┘╯",
  urd: "├",
  uld: "┤",
  rld: "┬",
  url: "┴",
  urld: "┼+",
};
const directions = new Map(
  Object.entries(characters).flatMap(([ways, all]) => [...all].map((one) => [one, ways] as const)),
);
const steps = { u: [-1, 0], r: [0, 1], d: [1, 0], l: [0, -1] } as const;
const opposite = { u: "d", r: "l", d: "u", l: "r" } as const;
type Direction = keyof typeof steps;

interface Place {
  readonly row: number;
  readonly column: number;
}

interface Drawing {
  /** Each row by character. */
  readonly rows: readonly (readonly string[])[];
  /** The labels of each row. */
  readonly labels: readonly (readonly Label[])[];
}

interface Label {
  readonly task: number;
  readonly start: number;
  /** One past the last column. */
  readonly end: number;
}

/**
 * Reads a graph drawn with characters: two or more names of tasks with lines between them, or nothing but chains of
 * numbers. Returns undefined for any other block.
 */
export function readAsciiGraph(code: PlanCode, references: References): Graph | undefined {
  const sequences = sequencesOf(code, references);
  if (sequences) return { pairs: sequences.flatMap(pairsAlong), drawn: new Set(sequences.flat(2)) };
  const hasLines = /[─━│├└┬→▶►▼↓]|-->|->|==>|\+--|\|/.test(code.text);
  if (!hasLines || references.tasksIn(code.text).length < 2) return undefined;
  const rows = code.text.split(/\r?\n/).map((row) => [...row]);
  const labels = rows.map((row) => labelsIn(row.join(""), references));
  const drawing = { rows, labels };
  const seen = new Set<string>();
  const pairs = rows.flatMap((cells, row) =>
    cells.flatMap((_, column): Pair[] => {
      const place = { row, column };
      if (seen.has(keyOf(place)) || !directionsAt(drawing, place)) return [];
      const { sources, targets } = traceLine(drawing, place, seen);
      return pairsAlong([[...sources], [...targets]]);
    }),
  );
  return { pairs, drawn: new Set(labels.flat().map(({ task }) => task)) };
}

/** Finds labels such as `Task 3 (its title)`. A label ends at two spaces or at a line of the drawing. */
function labelsIn(row: string, references: References): Label[] {
  return [...row.matchAll(/\bTask\s+#?[A-Za-z]{0,3}\d+(?:\.\d+)*[a-z]?\b/gi)].flatMap((found): Label[] => {
    const [task] = references.tasksIn(found[0]);
    // Skips names within another label or a remark: `depends on Task 1`, `(parallel with Task 4)`.
    if (task === undefined || /[\w(,&+]\s*$/.test(row.slice(0, found.index))) return [];
    const nameEnd = found.index + found[0].length;
    const title = /^.*?(?=\s{2,}|\s*[─━│┐┘┤┬┴├└→▶►◄◀←]|\s+-{1,}>|\s+--|$)/.exec(row.slice(nameEnd));
    return [{ task, start: found.index, end: nameEnd + (title?.[0].length ?? 0) }];
  });
}

const keyOf = ({ row, column }: Place): string => `${row}:${column}`;

const labelAt = ({ labels }: Drawing, { row, column }: Place): Label | undefined =>
  labels[row]?.find((label) => column >= label.start && column < label.end);

/** The directions in which a line continues from a place, or undefined if the place holds text or nothing. */
function directionsAt(drawing: Drawing, place: Place): string | undefined {
  const row = drawing.rows[place.row];
  const cell = row?.[place.column];
  if (cell === undefined || labelAt(drawing, place)) return undefined;
  if (/[-=<>v`\\+|]/.test(cell)) {
    const around = `${row?.[place.column - 1] ?? " "}${row?.[place.column + 1] ?? " "}`;
    if (/\w/.test(around) || (/[-=]/.test(cell) && !/[-=+>|<]/.test(around))) return undefined;
  }
  return directions.get(cell);
}

/** Traces a connected line and finds the tasks that it leaves and those that it reaches. */
function traceLine(drawing: Drawing, start: Place, seen: Set<string>) {
  const [sources, targets] = [new Set<number>(), new Set<number>()];
  const open = [start];
  seen.add(keyOf(start));
  for (let place = open.pop(); place; place = open.pop()) {
    const isArrowLeft = /[◄◀←<]/.test(drawing.rows[place.row]?.[place.column] ?? "");
    for (const direction of (directionsAt(drawing, place) ?? "") as Iterable<Direction>) {
      const next = nextPlace(drawing, place, direction);
      if (!next) continue;
      if ("task" in next) {
        const isTarget = direction === "r" || direction === "d" || isArrowLeft;
        (isTarget ? targets : sources).add(next.task);
      } else if (!seen.has(keyOf(next))) {
        seen.add(keyOf(next));
        open.push(next);
      }
    }
  }
  return { sources, targets };
}

/** Finds the label or the piece of line one step on. Drawings are often a column out of line. */
function nextPlace(drawing: Drawing, from: Place, direction: Direction): Label | Place | undefined {
  const [down, right] = steps[direction];
  const [row, x] = [from.row + down, from.column];
  const isSlanted = "↘↙".includes(drawing.rows[from.row]?.[x] ?? " ");
  const slantedColumns = isSlanted ? [x + 2, x + 3] : [];
  const columns = down === 0 ? [x + right, x + 2 * right] : [x, x - 1, x + 1, ...slantedColumns];
  for (const column of columns) {
    const label = labelAt(drawing, { row, column });
    if (label) return label;
    const cell = drawing.rows[row]?.[column];
    if (cell === undefined || (down === 0 && cell === " ")) continue;
    const onward = directionsAt(drawing, { row, column });
    // Some draw `└` below `└` for `├`; a slanted arrow leaves a line of any kind.
    const joins =
      onward?.includes(opposite[direction]) || isSlanted || (direction === "u" && "└`╰".includes(cell));
    if (onward && joins) return { row, column };
    if (down === 0) return undefined;
  }
  return undefined;
}

import type { List, ListItem } from "mdast";
import { toString as textOf } from "mdast-util-to-string";
import * as v from "valibot";
import type { FileUse } from "../../../schemas/plan.ts";
import { linesOf } from "../markdown.ts";
import { mendedBlocks } from "../mended.ts";
import { oneLine } from "../task-heading.ts";
import { contradictions } from "./claims.ts";
import { entrySection, type FormatTask, idFor, type PlanFormat, planOf, titleIn } from "./format.ts";
import { writtenIn } from "./paths.ts";

const entry = /^\[([ xX~-])\]\*?\s+(\d+(?:\.\d+)*)\.?\s+(.*)$/s;
const waveGraph = v.object({
  waves: v.array(v.object({ tasks: v.array(v.union([v.string(), v.number()])) })),
});

/**
 * Kiro's `tasks.md`: `- [ ] 1. Title` with `- [ ] 1.1 Title` below, requirements in `_Requirements: …_`, and, where
 * there is one, a block of JSON with `waves` of tasks that may run together. The innermost entries
 * are the tasks, and those that say more than a title.
 */
export const kiro: PlanFormat = {
  recognises: (text) =>
    (text.match(/^\s*[-*]\s+\[[ xX~-]\]\*?\s+\d+(\.\d+)*\.?\s+\S/gm) ?? []).length > 1 &&
    // `_Requirements: 1.2, 3.1_` in any language.
    /_[^_\n]{2,40}[::]\s*\d[^_\n]*_|\*\*Validates: Requirements|"waves"\s*:/.test(text),
  read: (text, file) => {
    const lines = linesOf(text);
    const blocks = mendedBlocks(lines);
    let phase: string | undefined;
    const entries = blocks.flatMap((block): Entry[] => {
      if (block.type === "heading") phase = oneLine(block);
      if (block.type !== "list") return [];
      return entriesOf(block, lines).map((item) => ({ ...item, ...(phase ? { group: phase } : {}) }));
    });
    const items = tasksOf(entries);
    const waves = blocks.flatMap((block) => (block.type === "code" ? wavesIn(block.value) : []));
    const tasks = waves.length > 0 ? inWaves(items, waves) : withCheckpoints(items);
    const { plan, problems } = planOf(file, /^#\s+(.+)$/m.exec(text)?.[1]?.trim(), tasks);
    const claims = contradictions(
      plan,
      waves.map((wave, at) => ({ ids: wave.map(idFor), by: `in wave ${at + 1}` })),
    );
    return { plan, problems: [...problems, ...claims] };
  },
};

/**
 * The tasks by wave. One that stands in none, as checkpoints do, goes behind all that stands before it; where the
 * graph names a task for its parts, or parts of it, these count.
 */
function inWaves(items: readonly FormatTask[], waves: readonly (readonly string[])[]): FormatTask[] {
  const named = waves.flatMap((wave, at) => wave.map((number) => [number, at] as const));
  const waveOf = new Map<string, number>();
  const placed = items.map((item): FormatTask & { wave: number } => {
    const own = named.find(([number]) => number === item.number);
    const kin = named.find(
      ([number]) => number.startsWith(`${item.number}.`) || item.number.startsWith(`${number}.`),
    );
    const before = [...waveOf];
    const wave = own?.[1] ?? kin?.[1] ?? Math.max(0, ...before.map(([, at]) => at));
    const depends =
      own || kin ? (item.depends ?? []) : before.flatMap(([number, at]) => (at === wave ? [number] : []));
    waveOf.set(item.number, wave);
    return { ...item, wave, group: `Wave ${wave + 1}`, depends };
  });
  return placed.toSorted((a, b) => a.wave - b.wave).map(({ wave: _, ...task }) => task);
}

/** A checkpoint looks at what stands before it. */
const withCheckpoints = (items: readonly FormatTask[]): FormatTask[] =>
  items.map((item, at) =>
    /^(?:final )?checkpoint\b/i.test(item.title)
      ? { ...item, depends: items.slice(0, at).map(({ number }) => number) }
      : item,
  );

function wavesIn(code: string): string[][] {
  try {
    const read = v.safeParse(waveGraph, JSON.parse(code));
    return read.success ? read.output.waves.map(({ tasks }) => tasks.map(String)) : [];
  } catch {
    return [];
  }
}

const useIn = (line: string): FileUse =>
  /^\W*(?:\[.\]\W*[\d.]+\s*)?(?:create|add|write|implement|generate|scaffold|set up)\b/i.test(line)
    ? "create"
    : "modify";

/** An entry, with its own part of the text: without the entries in it. */
interface Entry extends FormatTask {
  readonly isDone: boolean;
  /** It says more than its title. */
  readonly isOwn: boolean;
}

function entriesOf(list: List, lines: readonly string[]): Entry[] {
  return list.children.flatMap((item: ListItem): Entry[] => {
    const [first, ...rest] = item.children;
    const [, box = " ", number, title = ""] = entry.exec(first ? textOf(first) : "") ?? [];
    const inner = rest.flatMap((block) => (block.type === "list" ? entriesOf(block, lines) : []));
    if (!number || !item.position) return inner;
    const end = inner[0] ? inner[0].line - 1 : item.position.end.line;
    const section = entrySection(lines, item.position.start.line, end);
    const uses = section
      .split("\n")
      .flatMap((line) => writtenIn(line).map((path) => ({ path, use: useIn(line) })));
    const own: Entry = {
      number,
      title: titleIn(title) || number,
      section,
      line: item.position.start.line,
      uses,
      isDone: /[xX]/.test(box),
      isOwn: section.includes("\n"),
    };
    return [own, ...inner];
  });
}

/**
 * The entries that are tasks: those without others of their number below them, and those that say themselves what is
 * to be done, before the ones below them. Ticked ones are done.
 */
function tasksOf(entries: readonly Entry[]): FormatTask[] {
  const isTask = ({ number, isOwn }: Entry) =>
    isOwn || !entries.some((other) => other.number.startsWith(`${number}.`));
  const tasks = entries.filter((one) => !one.isDone && isTask(one));
  const numbers = new Set(tasks.map(({ number }) => number));
  const titles = new Map(entries.map(({ number, title }) => [number, title]));
  return tasks.map(({ isDone, isOwn, ...task }) => {
    const above = task.number.replace(/\.?\d+$/, "");
    const whole = titles.get(above);
    const section = whole ? `${task.section}\n\nPart of ${above}: ${whole}` : task.section;
    return { ...task, section, ...(numbers.has(above) ? { depends: [above] } : {}) };
  });
}

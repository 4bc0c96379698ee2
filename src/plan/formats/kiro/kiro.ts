import type { FileUse } from "../../../../schemas/plan.ts";
import { type List, type ListItem, linesOf, textOf } from "../../../text/markdown.ts";
import { parseBlocks } from "../../markdown/parse-blocks.ts";
import { headingText } from "../../tasks/task-heading.ts";
import { leftOut } from "../excluded-tasks.ts";
import {
  doneTasks,
  entrySection,
  type FormatTask,
  idFor,
  type PlanFormat,
  planOf,
  titleIn,
} from "../format.ts";
import { contradictions, withoutDangling } from "../parallel-claims.ts";
import { writtenIn } from "../paths.ts";
import { checkpoint, inParts, inTheirParts, inWaves, numbersAbove, statedIn, wavesIn } from "./stages.ts";

const entry = /^\[([ xX~-])\](\*?)\s+(\d+(?:\.\d+)*)\.?(\*?)\s+(.*)$/s;

/**
 * Kiro's `tasks.md`: `- [ ] 1. Title` with `- [ ] 1.1 Title` below, requirements in `_Requirements: …_` and, optionally,
 * a JSON block with `waves` of tasks that may run in parallel; without it, the tasks between checkpoints are a stage.
 * The innermost entries are tasks, and so are others with more than a title.
 */
export const kiro: PlanFormat = {
  recognises: (text) =>
    (text.match(/^[^\S\n]*[-*][^\S\n]+\[[ xX~-]\]\*?\s+\d+(\.\d+)*\.?\s+\S/gm) ?? []).length > 1 &&
    // `_Requirements: 1.2, 3.1_` in any language.
    /_[^_\n]{2,40}[::]\s*\d[^_\n]*_|\*\*Validates: Requirements|"waves"\s*:/.test(text),
  read: (text, file) => {
    const lines = linesOf(text);
    const blocks = parseBlocks(lines);
    let phase: string | undefined;
    const entries = blocks.flatMap((block): Entry[] => {
      if (block.type === "heading") phase = headingText(block);
      if (block.type !== "list") return [];
      return entriesOf(block, lines).map((item) => ({ ...item, ...(phase ? { group: phase } : {}) }));
    });
    const { required: open, optional } = openTasks(entries);
    const { required: ticked } = openTasks(entries.map((one) => ({ ...one, isDone: !one.isDone })));
    const done = new Set(entries.flatMap(({ isDone, number }) => (isDone ? [number] : [])));
    const required = inTheirParts(open, done);
    const waves = blocks.flatMap((block) => (block.type === "code" ? wavesIn(block.value) : []));
    const checkpoints = new Set(
      entries.flatMap(({ number, title }) => (checkpoint.test(title) ? [number] : [])),
    );
    const staged = waves.length > 0 ? inWaves(required, waves) : inParts(required, checkpoints);
    const tasks = staged ?? required;
    const read = planOf(file, /^#\s+(.+)$/m.exec(text)?.[1]?.trim(), tasks);
    const isStaged = staged !== undefined && waves.length === 0;
    const gone = new Map(optional.map(({ number }) => [idFor(number), "marked as optional"]));
    const { plan, problems } = withoutDangling(
      { ...read.plan, ...(isStaged ? { isStaged } : {}), ...doneTasks(file, ticked) },
      tasks,
      gone,
    );
    const claims = waves.map((wave, at) => ({ ids: wave.map(idFor), by: `in wave ${at + 1}` }));
    return {
      plan,
      problems: [
        ...read.problems,
        ...leftOut(optional, {
          which: "marked as optional",
          file,
          hint: "to include one, remove the `*` after its box",
        }),
        ...problems,
        ...contradictions(plan, claims),
      ],
    };
  },
};

const useIn = (line: string): FileUse =>
  /^\W*(?:\[.\]\W*[\d.]+\s*)?(?:create|add|write|implement|generate|scaffold|set up)\b/i.test(line)
    ? "create"
    : "modify";

/** An entry with its own text, without that of the entries below it. */
interface Entry extends FormatTask {
  readonly isDone: boolean;
  readonly isOptional: boolean;
  /** Whether it has more than a title. */
  readonly isOwn: boolean;
}

function entriesOf(list: List, lines: readonly string[]): Entry[] {
  return list.children.flatMap((item: ListItem): Entry[] => {
    const [first, ...rest] = item.children;
    const [, box = " ", star, number, mark, title = ""] = entry.exec(first ? textOf(first) : "") ?? [];
    const inner = rest.flatMap((block) => (block.type === "list" ? entriesOf(block, lines) : []));
    if (!number) return inner;
    const end = inner[0] ? inner[0].line - 1 : item.lastLine;
    const section = entrySection(lines, item.line, end);
    const uses = section
      .split("\n")
      .flatMap((line) => writtenIn(line).map((path) => ({ path, use: useIn(line) })));
    const depends = statedIn(section);
    const own: Entry = {
      ...(depends ? { depends } : {}),
      number,
      title: titleIn(title) || number,
      section,
      line: item.line,
      uses,
      isDone: /[xX]/.test(box),
      isOptional: Boolean(star || mark),
      isOwn: section.includes("\n"),
    };
    return [own, ...inner];
  });
}

/**
 * Finds the entries that are tasks: those without numbered entries below them, and those with instructions of their own,
 * which come before the entries below. Ticked ones are done. Kiro runs only the required ones, so optional ones count
 * only if all are optional.
 */
function openTasks(entries: readonly Entry[]): { required: FormatTask[]; optional: FormatTask[] } {
  const wholes = new Set(entries.flatMap(({ number }) => numbersAbove(number)));
  const titles = new Map<string, string>();
  const stars = new Set<string>();
  const required: FormatTask[] = [];
  const optional: FormatTask[] = [];
  for (const { isDone, isOwn, isOptional, ...task } of entries) {
    const above = numbersAbove(task.number);
    titles.set(task.number, task.title);
    if (isOptional) stars.add(task.number);
    if (isDone || !(isOwn || !wholes.has(task.number))) continue;
    const whole = titles.get(above[0] ?? "");
    const section = whole ? `${task.section}\n\nPart of task ${above[0]}: ${whole}` : task.section;
    const isLeftOut = [task.number, ...above].some((number) => stars.has(number));
    (isLeftOut ? optional : required).push({ ...task, section });
  }
  return required.length > 0 ? { required, optional } : { required: optional, optional: [] };
}

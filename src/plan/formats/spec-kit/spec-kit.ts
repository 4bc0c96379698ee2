import type { Problem } from "../../../problem.ts";
import { type Block, type ListItem, linesOf, textOf } from "../../../text/markdown.ts";
import { quoted } from "../../../text/printable.ts";
import { parseBlocks } from "../../markdown/parse-blocks.ts";
import { warningAt } from "../../plan-result.ts";
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
import { guessedOrder, type Placed, parallelRuns } from "./order.ts";
import { numbers, numbersIn, statedOrder } from "./stated.ts";

const entry = /^\[([ xX~-])\]\s+(T\d{1,6}[a-z]?)\b[:.]?\s*((?:\[[^\]\n]{1,40}\]\s*)*)[:–—-]?\s*(.*)$/s;
/** `TXXX`, `T0NN`, `T<NNN>`. */
const placeholder = /^\[ \]\s+(T\d{0,5}(?:[Xx]{1,6}|[N#?]{1,6}|<[\w ]{1,20}>))(?!\w)/;
const dependency = new RegExp(
  String.raw`\b(?:depends(?:\s+on)?|blocked\s+by|requires|needs|after)\s*:?\**\s*(?:tasks?\s+)?(${numbers})`,
  "gi",
);
/** The names of a feature's own documents, which tasks mention as references. */
const document = /^(?:(?:spec|plan|research|data-model|quickstart|tasks|constitution)\.md$|contracts\/)/;
const writesDocument = /^(?:update|revise|extend|write|refresh|amend)\b[^.;(]*$/i;

/**
 * spec-kit's `tasks.md`: `- [ ] T001 [P] [US1] What to do in src/path.ts (depends on T000)` below headings of phases,
 * which become stages. Within a phase, tasks run one after the other, except those marked `[P]`, which run in parallel;
 * an order stated in a task or below a heading `Dependencies` takes precedence. Ticked tasks and tasks marked `[-]` are
 * left out.
 */
export const specKit: PlanFormat = {
  recognises: (text) => (text.match(/^[^\S\n]*[-*][^\S\n]+\[[ xX~-]\]\s+\**T\d+[a-z]?\b/gm) ?? []).length > 1,
  read: (text, file) => {
    const lines = linesOf(text);
    const blocks = parseBlocks(lines);
    const items = itemsOf(blocks, lines);
    const open = items.filter(({ box }) => isOpen(box));
    const skipped = items.filter(({ box }) => box === "-");
    const known = items.map(({ number }) => number);
    const places = new Map(known.map((number, at) => [number, at]));
    const inText = open.map(({ heading, text }) =>
      [...`${heading} ${text}`.matchAll(dependency)].flatMap(([, list = ""]) =>
        numbersIn(list, known, places),
      ),
    );
    const stated = statedOrder(blocks, lines, known);
    const all = new Map(
      open.map(({ number }, at) => [number, [...(inText[at] ?? []), ...(stated.get(number) ?? [])]]),
    );
    const guessed = guessedOrder(open, all);
    const taskOf = (item: Item, depends: readonly string[]): FormatTask => {
      const use = /^(create|add|write|generate|initiali[sz]e|implement)\b/i.test(item.text)
        ? "create"
        : "modify";
      const paths = writtenIn(item.text, { directories: true }).filter(
        (path) => !document.test(path) || writesDocument.test(item.text.slice(0, item.text.indexOf(path))),
      );
      return {
        number: item.number,
        title: titleIn(item.text) || item.number,
        section: item.section,
        line: item.line,
        ...(item.phase ? { group: item.phase } : {}),
        uses: paths.map((path) => ({ path, use })),
        depends,
      };
    };
    const tasks = open.map((item, at) =>
      taskOf(item, [
        ...(all.get(item.number) ?? []),
        ...(inText[at]?.length ? [] : (guessed.get(item.number) ?? [])),
      ]),
    );
    const done = items.filter(({ box }) => !isOpen(box) && box !== "-").map((item) => taskOf(item, []));
    const gone = new Map(
      items
        .filter(({ box }) => !isOpen(box))
        .map(({ number, box }) => [idFor(number), box === "-" ? "marked `[-]`" : undefined]),
    );
    const read = planOf(file, titleOf(text), tasks);
    const { plan, problems } = withoutDangling(
      { ...read.plan, isStaged: true, ...doneTasks(file, done) },
      tasks,
      gone,
    );
    const claims = contradictions(
      plan,
      parallelRuns(open).map((run) => ({ ids: run.map(idFor), by: "marked [P] side by side" })),
    );
    const omitted = leftOut(skipped, {
      which: "marked `[-]`",
      file,
      hint: "to include one, write `[ ]`; write `[x]` if it is done",
    });
    return {
      plan,
      problems: [...read.problems, ...omitted, ...problems, ...placeholders(blocks, file), ...claims],
    };
  },
};

/** `[~]` marks a task that was begun. */
const isOpen = (box: string): boolean => box === " " || box === "~";

interface Item extends Placed {
  /** On one line. */
  readonly text: string;
  /** The mark in its box. */
  readonly box: string;
  /** The paragraph right above, which may state what all tasks below it depend on. */
  readonly heading: string;
  readonly section: string;
  readonly line: number;
}

function itemsOf(blocks: readonly Block[], lines: readonly string[]): Item[] {
  const found: Item[] = [];
  let heading = "";
  let phase: string | undefined;
  for (const block of blocks) {
    if (block.type === "heading") {
      heading = headingText(block);
      if (block.depth <= 2 || /^\W*phase\b/i.test(heading)) phase = heading;
    }
    if (block.type !== "list") continue;
    for (const item of block.children) {
      const read = itemOf(item, lines, heading, phase);
      if (read) found.push(read);
    }
  }
  return found;
}

function itemOf(
  item: ListItem,
  lines: readonly string[],
  heading: string,
  phase: string | undefined,
): Item | undefined {
  const [first] = item.children;
  const [, box = " ", number, marks = "", text = ""] = entry.exec(first ? textOf(first) : "") ?? [];
  if (!number) return undefined;
  return {
    number,
    text: text.replace(/\s+/g, " ").trim(),
    box,
    isParallel: /\[P\]/i.test(marks),
    ...(phase ? { phase } : {}),
    heading,
    section: entrySection(lines, item.line, item.lastLine),
    line: item.line,
  };
}

/** Warns of tasks whose number is still a placeholder. */
function placeholders(blocks: readonly Block[], file: string): Problem[] {
  const found = blocks
    .flatMap((block) => (block.type === "list" ? block.children : []))
    .flatMap((item) => {
      const [first] = item.children;
      const [, number] = placeholder.exec(first ? textOf(first) : "") ?? [];
      return number ? [{ number, line: item.line }] : [];
    });
  const [first] = found;
  if (!first) return [];
  const message = `${found.length} tasks with a placeholder as number are left out, the first is ${quoted(first.number)}`;
  return [
    warningAt(
      "task-left-out",
      file,
      first.line,
      message,
      "give each its own number, such as `T042`, or remove it",
    ),
  ];
}

const titleOf = (text: string): string | undefined => /^#\s+(.+)$/m.exec(text)?.[1]?.trim();

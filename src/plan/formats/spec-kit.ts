import type { ListItem, RootContent } from "mdast";
import { toString as textOf } from "mdast-util-to-string";
import type { Problem } from "../../problem.ts";
import { quoted } from "../../text/printable.ts";
import { linesOf } from "../markdown.ts";
import { mendedBlocks } from "../mended.ts";
import { warningAt } from "../plan-read.ts";
import { oneLine } from "../task-heading.ts";
import { contradictions, withoutDangling } from "./claims.ts";
import { entrySection, type FormatTask, idFor, type PlanFormat, planOf, titleIn } from "./format.ts";
import { writtenIn } from "./paths.ts";

const entry = /^\[([ xX])\]\s+(T\d{1,6}[a-z]?)\b[:.]?\s*((?:\[[^\]\n]{1,40}\]\s*)*)[:–—-]?\s*(.*)$/s;
/** `TXXX`, `T0NN`, `T<NNN>`. */
const placeholder = /^\[ \]\s+(T\d{0,5}(?:[Xx]{1,6}|[N#?]{1,6}|<[\w ]{1,20}>))(?!\w)/;
const numbers = String.raw`(?:T\d+[a-z]?(?:\s*(?:,\s*(?:and)?|and|&|\+|to|through|[–—-])\s*(?=T\d))?)+`;
const dependency = new RegExp(
  String.raw`\b(?:depends(?:\s+on)?|blocked\s+by|requires|needs|after)\s*:?\**\s*(?:tasks?\s+)?(${numbers})`,
  "gi",
);
/** What a feature's own documents are called: a task names them to say where more is written. */
const document = /^(?:(?:spec|plan|research|data-model|quickstart|tasks|constitution)\.md$|contracts\/)/;
const writesDocument = /^(?:update|revise|extend|write|refresh|amend)\b[^.;(]*$/i;

/**
 * spec-kit's `tasks.md`: `- [ ] T001 [P] [US1] What to do in src/path.ts (depends on T000)` below headings of phases,
 * which become stages. Within a phase tasks run one behind the other, but for those marked `[P]`, which run together.
 * Ticked tasks are done and left out.
 */
export const specKit: PlanFormat = {
  recognises: (text) => (text.match(/^\s*[-*]\s+\[[ xX]\]\s+\**T\d+[a-z]?\b/gm) ?? []).length > 1,
  read: (text, file) => {
    const lines = linesOf(text);
    const blocks = mendedBlocks(lines);
    const items = itemsOf(blocks, lines);
    const open = items.filter(({ isDone }) => !isDone);
    const known = items.map(({ number }) => number);
    const places = new Map(known.map((number, at) => [number, at]));
    const order = inOrder(open);
    const tasks = open.map((item, at): FormatTask => {
      const named = [...`${item.heading} ${item.text}`.matchAll(dependency)].flatMap(([, list = ""]) =>
        numbersIn(list, known, places),
      );
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
        depends: named.length > 0 ? named : (order[at] ?? []),
      };
    });
    const done = new Set(items.filter(({ isDone }) => isDone).map(({ number }) => idFor(number)));
    const read = planOf(file, titleOf(text), tasks);
    const { plan, problems } = withoutDangling({ ...read.plan, isStaged: true }, done);
    const claims = contradictions(
      plan,
      runs(open).map((ids) => ({ ids, by: "marked [P] side by side" })),
    );
    return { plan, problems: [...read.problems, ...problems, ...placeholders(blocks, file), ...claims] };
  },
};

interface Item {
  readonly number: string;
  /** On one line. */
  readonly text: string;
  readonly isDone: boolean;
  readonly isParallel: boolean;
  readonly phase?: string;
  /** The one right above, which may say what all below it depend on. */
  readonly heading: string;
  readonly section: string;
  readonly line: number;
}

function itemsOf(blocks: readonly RootContent[], lines: readonly string[]): Item[] {
  const found: Item[] = [];
  let heading = "";
  let phase: string | undefined;
  for (const block of blocks) {
    if (block.type === "heading") {
      heading = oneLine(block);
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
  if (!number || !item.position) return undefined;
  return {
    number,
    text: text.replace(/\s+/g, " ").trim(),
    isDone: box !== " ",
    isParallel: /\[P\]/i.test(marks),
    ...(phase ? { phase } : {}),
    heading,
    section: entrySection(lines, item.position.start.line, item.position.end.line),
    line: item.position.start.line,
  };
}

/** Tasks that nobody has given a number yet. */
function placeholders(blocks: readonly RootContent[], file: string): Problem[] {
  const found = blocks
    .flatMap((block) => (block.type === "list" ? block.children : []))
    .flatMap((item) => {
      const [first] = item.children;
      const [, number] = placeholder.exec(first ? textOf(first) : "") ?? [];
      return number ? [{ number, line: item.position?.start.line ?? 1 }] : [];
    });
  const [first] = found;
  if (!first) return [];
  const message = `tasks whose number is a placeholder are left out: ${found.length}, from ${quoted(first.number)} on`;
  return [
    warningAt(
      "task-left-out",
      file,
      first.line,
      message,
      "give each a number of its own, such as `T042`, or remove it",
    ),
  ];
}

/** `T001, T003-T005 and T007`: a range takes what stands between its ends. */
function numbersIn(list: string, known: readonly string[], places: ReadonlyMap<string, number>): string[] {
  const found: string[] = [];
  let isRange = false;
  for (const [token] of list.matchAll(/T\d+[a-z]?|\b(?:to|through)\b|[–—-]/gi)) {
    if (!/^T\d/i.test(token)) {
      isRange = true;
      continue;
    }
    const number = token.toUpperCase().replace(/[A-Z]$/, (letter) => letter.toLowerCase());
    const from = places.get(found.at(-1) ?? "");
    if (isRange && from !== undefined) found.push(...known.slice(from + 1, places.get(number)));
    found.push(number);
    isRange = false;
  }
  return found;
}

/** Those of its phase that each task follows: the `[P]` ones just before, or the last without `[P]`. */
function inOrder(items: readonly Item[]): string[][] {
  let last: string[] = [];
  let together: string[] = [];
  return items.map(({ number, phase, isParallel }, at) => {
    if (phase !== items[at - 1]?.phase) [last, together] = [[], []];
    if (isParallel) {
      together.push(number);
      return last;
    }
    const before = together.length > 0 ? together : last;
    [last, together] = [[number], []];
    return before;
  });
}

/** The ids of tasks marked `[P]` that follow each other in one phase. */
function runs(items: readonly Item[]): string[][] {
  const found: string[][] = [];
  items.forEach((item, at) => {
    if (!item.isParallel) return;
    const last = items[at - 1];
    if (last?.isParallel && last.phase === item.phase) found.at(-1)?.push(idFor(item.number));
    else found.push([idFor(item.number)]);
  });
  return found;
}

const titleOf = (text: string): string | undefined => /^#\s+(.+)$/m.exec(text)?.[1]?.trim();

import type { ListItem } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { toString as textOf } from "mdast-util-to-string";
import { oneLine } from "../task-heading.ts";
import { contradictions, withoutDangling } from "./claims.ts";
import { type FormatTask, idFor, type PlanFormat, pathsInText, planOf } from "./format.ts";

const entry = /^\[([ xX])\]\s+(T\d{1,6}[a-z]?)\b\s*((?:\[[^\]\n]{1,40}\]\s*)*)(.*)$/s;

/**
 * spec-kit's `tasks.md`: `- [ ] T001 [P] [US1] What to do in src/path.ts (depends on T000)` below headings of phases,
 * which become stages. Within a phase tasks run one behind the other, but for those marked `[P]`, which run together.
 * Ticked tasks are done and left out.
 */
export const specKit: PlanFormat = {
  recognises: (text) => (text.match(/^\s*[-*]\s+\[[ xX]\]\s+T\d+\b/gm) ?? []).length > 1,
  read: (text, file) => {
    const items = itemsOf(text);
    const open = items.filter(({ isDone }) => !isDone);
    const tasks = open.map((item, at): FormatTask => {
      const said = [...item.title.matchAll(/\bdepends\s+on\s+((?:T\d+[a-z]?(?:\s*(?:,|and|&|\+)\s*)*)+)/gi)];
      const named = said.flatMap(([, list = ""]) => list.match(/T\d+[a-z]?/g) ?? []);
      const use = /^(create|add|write|generate|initiali[sz]e|implement)\b/i.test(item.title)
        ? "create"
        : "modify";
      return {
        number: item.number,
        title: item.title,
        section: item.section,
        line: item.line,
        ...(item.phase ? { group: item.phase } : {}),
        uses: pathsInText(item.title).map((path) => ({ path, use })),
        depends: named.length > 0 ? named : before(open, at),
      };
    });
    const done = new Set(items.filter(({ isDone }) => isDone).map(({ number }) => idFor(number)));
    const { plan, problems } = withoutDangling(planOf(file, titleOf(text), tasks), done);
    const claims = runs(open).flatMap((ids) => contradictions(plan, ids, "marked [P] side by side"));
    return { plan, problems: [...problems, ...claims] };
  },
};

interface Item {
  readonly number: string;
  readonly title: string;
  readonly isDone: boolean;
  readonly isParallel: boolean;
  readonly phase?: string;
  readonly section: string;
  readonly line: number;
}

function itemsOf(text: string): Item[] {
  const found: Item[] = [];
  const lines = text.split(/\r?\n/);
  let phase: string | undefined;
  for (const block of fromMarkdown(text).children) {
    if (block.type === "heading" && block.depth === 2) phase = oneLine(block);
    if (block.type !== "list") continue;
    for (const item of block.children) {
      const read = itemOf(item, lines, phase);
      if (read) found.push(read);
    }
  }
  return found;
}

function itemOf(item: ListItem, lines: readonly string[], phase: string | undefined): Item | undefined {
  const [first] = item.children;
  const [, box = " ", number, marks = "", title = ""] = entry.exec(first ? textOf(first) : "") ?? [];
  if (!number || !item.position) return undefined;
  return {
    number,
    title: title.replace(/\s+/g, " ").trim() || number,
    isDone: box !== " ",
    isParallel: /\[P\]/i.test(marks),
    ...(phase ? { phase } : {}),
    section: lines.slice(item.position.start.line - 1, item.position.end.line).join("\n"),
    line: item.position.start.line,
  };
}

/** Those of its phase that a task follows: the `[P]` ones just before, or the last without `[P]`. */
function before(items: readonly Item[], at: number): string[] {
  const own = items[at] as Item;
  const found: string[] = [];
  for (const item of items.slice(0, at).reverse()) {
    if (item.phase !== own.phase) break;
    if (!item.isParallel) return found.length > 0 ? found : [item.number];
    if (!own.isParallel) found.push(item.number);
  }
  return found;
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

import type { List, ListItem } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { toString as textOf } from "mdast-util-to-string";
import * as v from "valibot";
import { contradictions } from "./claims.ts";
import { type FormatTask, idFor, type PlanFormat, pathsInText, planOf } from "./format.ts";

const entry = /^\[([ xX~-])\]\*?\s+(\d+(?:\.\d+)*)\.?\s+(.*)$/s;
const waveGraph = v.object({
  waves: v.array(v.object({ tasks: v.array(v.union([v.string(), v.number()])) })),
});

/**
 * Kiro's `tasks.md`: `- [ ] 1. Title` with `- [ ] 1.1 Title` below, requirements in `_Requirements: …_`, and, where
 * there is one, a block of JSON with `waves` of tasks that may run together. The innermost entries are the tasks.
 */
export const kiro: PlanFormat = {
  recognises: (text) =>
    (text.match(/^\s*[-*]\s+\[[ xX~-]\]\*?\s+\d+(\.\d+)*\.?\s+\S/gm) ?? []).length > 1 &&
    /_Requirements?:|"waves"\s*:/.test(text),
  read: (text, file) => {
    const blocks = fromMarkdown(text).children;
    const lines = text.split(/\r?\n/);
    const items = blocks.flatMap((block) => (block.type === "list" ? leavesOf(block, lines) : []));
    const waves = blocks.flatMap((block) => (block.type === "code" ? wavesIn(block.value) : []));
    const waveOf = new Map(waves.flatMap((wave, at) => wave.map((number) => [number, at] as const)));
    const isComplete = waves.length > 0 && items.every(({ number }) => waveOf.has(number));
    const inOrder = isComplete
      ? items.toSorted((a, b) => (waveOf.get(a.number) ?? 0) - (waveOf.get(b.number) ?? 0))
      : items;
    const tasks = inOrder.map(({ number, ...item }): FormatTask => {
      const wave = isComplete ? { group: `Wave ${(waveOf.get(number) ?? 0) + 1}`, depends: [] } : {};
      return { number, ...item, ...wave };
    });
    const plan = planOf(file, /^#\s+(.+)$/m.exec(text)?.[1]?.trim(), tasks);
    const problems = waves.flatMap((wave, at) => contradictions(plan, wave.map(idFor), `in wave ${at + 1}`));
    return { plan, problems };
  },
};

function wavesIn(code: string): string[][] {
  try {
    const read = v.safeParse(waveGraph, JSON.parse(code));
    return read.success ? read.output.waves.map(({ tasks }) => tasks.map(String)) : [];
  } catch {
    return [];
  }
}

/** The entries that hold no others and are not ticked. */
function leavesOf(list: List, lines: readonly string[]): FormatTask[] {
  return list.children.flatMap((item: ListItem): FormatTask[] => {
    const [first, ...rest] = item.children;
    const [, box = " ", number, title = ""] = entry.exec(first ? textOf(first) : "") ?? [];
    const inner = rest.flatMap((block) => (block.type === "list" ? leavesOf(block, lines) : []));
    const holdsEntries = rest.some(
      (block) =>
        block.type === "list" && block.children.some(({ children: [one] }) => one && entry.test(textOf(one))),
    );
    if (!number || holdsEntries || !item.position) return inner;
    if (/[xX]/.test(box)) return [];
    const section = lines.slice(item.position.start.line - 1, item.position.end.line).join("\n");
    return [
      {
        number,
        title: title.replace(/\s+/g, " ").trim(),
        section,
        line: item.position.start.line,
        uses: pathsInText(section.replace(/_Requirements?:.*?_/g, "")).map((path) => ({
          path,
          use: "modify",
        })),
      },
    ];
  });
}

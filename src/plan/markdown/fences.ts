/** A line that opens or ends a code block, as far as one line can tell. */
interface Fence {
  /** Index into the lines. */
  readonly at: number;
  /** What stands before the mark: spaces, and list marks where the block is the first thing of an item. */
  readonly before: string;
  readonly mark: string;
  readonly info: string;
  /** Between a blank line, or a line that leads up to it with a colon, and a line of text: where blocks begin. */
  readonly begins: boolean;
}

/** How many fences ahead the end of one is looked for: bounds the time that a hostile plan can take. */
const farthest = 1000;

/**
 * Plans show whole documents with code blocks of their own inside a block with as many backticks. CommonMark ends
 * the outer block where the first inner one ends, and from there on takes text for code and code for text: task
 * headings vanish, and headings of the shown document appear. Here the blocks are read as the author means them. A
 * fence inside an open block opens an inner one where it
 *  - has an info string, since a fence that ends a block has none, or stands behind a list mark;
 *  - or is indented more than the open one, since authors end a block where they began it;
 *  - or the open block is markdown, and the fence stands where blocks begin.
 * An outer block that holds others gets longer fences at the margin, line for line, so that a CommonMark parser sees
 * the same. A block for which no end is found in this way is left to the parser as it is.
 */
export function mendFences(lines: readonly string[]): string[] {
  const mended = [...lines];
  const fences = lines.flatMap((line, at) => fenceOf(line, at, lines) ?? []);
  for (let index = 0; index < fences.length; index += 1) {
    const meant = endOf(fences, index, opensInner);
    const end = meant ?? endOf(fences, index, () => false);
    if (end === undefined) continue;
    const [open, close] = [fences[index] as Fence, fences[end] as Fence];
    // A block that ends further left than it began would be cut where its list item ends.
    if (end === meant && (end > index + 1 || close.before.length < open.before.length)) {
      const length = Math.max(...fences.slice(index, end + 1).map(({ mark }) => mark.length)) + 1;
      for (const { at, mark, info } of [open, close])
        mended[at] = `${mark.charAt(0).repeat(length)}${info}\n`;
    }
    index = end;
  }
  return mended;
}

function fenceOf(line: string, at: number, lines: readonly string[]): Fence | undefined {
  const found = /^((?:\s|[-*+]\s|\d{1,9}[.)]\s){0,200})(`{3,}|~{3,})(.*)$/s.exec(line);
  if (!found) return undefined;
  const [before = "", mark = "", info = ""] = [found[1], found[2], found[3]?.trim()];
  // An info string of a backtick fence holds no backtick: such a line is inline code.
  if (mark.startsWith("`") && info.includes("`")) return undefined;
  const [above, below] = [lines[at - 1]?.trim() ?? "", lines[at + 1]?.trim() ?? ""];
  const begins = (above === "" || above.endsWith(":")) && below !== "" && !/^(```|~~~)/.test(below);
  return { at, before, mark, info, begins };
}

function opensInner(fence: Fence, open: Fence): boolean {
  if (fence.info !== "" || fence.before.trim() !== "") return true;
  return fence.before.length > open.before.length || (/^(markdown|md)\b/i.test(open.info) && fence.begins);
}

/** The index of the fence that ends the block opened by a fence, past the inner blocks. */
function endOf(
  fences: readonly Fence[],
  from: number,
  opens: (fence: Fence, open: Fence) => boolean,
): number | undefined {
  const blocks = [fences[from] as Fence];
  for (const [ahead, fence] of fences.slice(from + 1, from + farthest).entries()) {
    const open = blocks.at(-1) as Fence;
    if (fence.mark[0] !== open.mark[0] || fence.mark.length < open.mark.length) continue;
    if (opens(fence, open)) blocks.push(fence);
    else if (fence.info === "") blocks.pop();
    if (blocks.length === 0) return from + 1 + ahead;
  }
  return undefined;
}

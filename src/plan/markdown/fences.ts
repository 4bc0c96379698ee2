/** A line that may open or end a code block. */
interface Fence {
  /** Index into the lines. */
  readonly at: number;
  /** The text before the fence: spaces, and list marks if the block is the first in an item. */
  readonly before: string;
  readonly mark: string;
  readonly info: string;
  /** Whether it follows a blank line or one that ends with a colon, and precedes text: a place where blocks begin. */
  readonly begins: boolean;
}

/** How many fences ahead the end of a block is searched: bounds the time that a hostile plan can take. */
const farthest = 1000;

/**
 * Mends nested code blocks. Plans quote whole documents, with code blocks of their own, inside a block with as many
 * backticks. CommonMark ends the outer block at the end of the first inner one and takes text for code from there on:
 * task headings vanish, and headings of the quoted document appear. A fence inside an open block is taken to open an
 * inner block if
 *  - it has an info string, which a closing fence never has, or follows a list mark;
 *  - or it is indented more than the open fence, since authors close a block where they opened it;
 *  - or the open block is markdown and the fence is in a place where blocks begin.
 * An outer block with inner ones gets longer fences at the margin, on the same lines, so that a CommonMark parser reads
 * it as meant. A block without such an end is left as it is.
 */
export function mendFences(lines: readonly string[]): string[] {
  const mended = [...lines];
  const fences = lines.flatMap((line, at) => fenceOf(line, at, lines) ?? []);
  for (let index = 0; index < fences.length; index += 1) {
    const meant = endOf(fences, index, opensInner);
    const end = meant ?? endOf(fences, index, () => false);
    if (end === undefined) continue;
    const [open, close] = [fences[index] as Fence, fences[end] as Fence];
    // A block that ends further left than it began would be cut off at the end of its list item.
    if (end === meant && (end > index + 1 || close.before.length < open.before.length)) {
      const inside = fences.slice(index, end + 1);
      const length = inside.reduce((most, { mark }) => Math.max(most, mark.length), 0) + 1;
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
  // The info string of a backtick fence has no backticks: this line is inline code.
  if (mark.startsWith("`") && info.includes("`")) return undefined;
  const [above, below] = [lines[at - 1]?.trim() ?? "", lines[at + 1]?.trim() ?? ""];
  const begins = (above === "" || above.endsWith(":")) && below !== "" && !/^(```|~~~)/.test(below);
  return { at, before, mark, info, begins };
}

function opensInner(fence: Fence, open: Fence): boolean {
  if (fence.info !== "" || fence.before.trim() !== "") return true;
  return fence.before.length > open.before.length || (/^(markdown|md)\b/i.test(open.info) && fence.begins);
}

/** Returns the index of the fence that ends a block, after its inner blocks; undefined if there is none. */
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

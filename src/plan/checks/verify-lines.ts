/** A text in a `<verify>` block that is not understood for sure, with the index of its line in the section. */
export interface UnreadCheck {
  readonly at: number;
  readonly text: string;
  /** The command that is not run because its expectation is not understood. */
  readonly run?: string;
  /** Set if the command is run, since its expectation has two meanings: the likely one, and the other. */
  readonly meanings?: readonly [likely: string, other: string];
  /** Set if the block is never closed. */
  readonly isOpen?: true;
}

/** A line of a section, with its index in the section. */
export interface Line {
  readonly at: number;
  readonly text: string;
}

/** Finds the lines between `<verify>` and `</verify>`, except in code and comments. */
export function blocksOf(lines: readonly string[]): { blocks: Line[][]; unread: UnreadCheck[] } {
  const blocks: Line[][] = [];
  let open: { readonly start: number; readonly lines: Line[] } | undefined;
  let end: RegExp | undefined;
  for (const [at, line] of lines.entries()) {
    if (end && !open) {
      if (end.test(line)) end = undefined;
      continue;
    }
    if (!open) {
      end = hiddenUntil(line);
      const [, , rest] = /^[ \t]*(<verify>)(.*)/.exec(line) ?? [];
      if (end || rest === undefined) continue;
      open = { start: at, lines: [] };
    }
    const text = (open.start === at ? line.replace(/^[ \t]*<verify>/, "") : line).replace(/[\r\n]+$/, "");
    const close = text.indexOf("</verify>");
    open.lines.push({ at, text: close < 0 ? text : text.slice(0, close) });
    if (close < 0) continue;
    blocks.push(withoutComments(open.lines));
    open = undefined;
  }
  return { blocks, unread: open ? [{ at: open.start, text: "<verify>", isOpen: true }] : [] };
}

/** Returns what ends the code block, comment or element that a line begins; undefined if it begins none. */
function hiddenUntil(line: string): RegExp | undefined {
  const mark = fenceIn(line);
  if (mark) return endOfFence(mark);
  const shown = masked(line);
  const comment = shown.lastIndexOf("<!--");
  if (comment >= 0 && !shown.includes("-->", comment)) return /-->/;
  const [, element] = /<(pre|script|style|textarea)[\s>]/i.exec(shown) ?? [];
  const end = element && new RegExp(`</${element}>`, "i");
  return end && !end.test(shown) ? end : undefined;
}

/** Masks code spans and quoted texts, keeping the line's length. */
const masked = (line: string): string =>
  line.replace(/`[^`]*`|"[^"]*"|'[^']*'/g, (code) => "·".repeat(code.length));

/** Removes comments: what they hold must not run. */
function withoutComments(lines: readonly Line[]): Line[] {
  let isInside = false;
  return lines.map(({ at, text: whole }) => {
    let text = "";
    for (let rest = whole; rest !== ""; ) {
      const mark = isInside ? "-->" : "<!--";
      const found = isInside ? rest.indexOf(mark) : masked(rest).indexOf(mark);
      if (!isInside) text += found < 0 ? rest : rest.slice(0, found);
      if (found < 0) break;
      rest = rest.slice(found + mark.length);
      isInside = !isInside;
    }
    return { at, text };
  });
}

/** Returns the fence with which a line opens a code block. */
export const fenceIn = (line: string): string | undefined =>
  /^\s*(?:(?:[-*+]|\d{1,9}[.)])\s+)?(`{3,}(?=[^`]*$)|~{3,})/.exec(line)?.[1];
/** Whether a fence's info string names a shell, or is empty. */
export const isShellFence = (line: string): boolean =>
  /(?:`{3,}|~{3,})\s*(?:bash|sh|shell|zsh|console|shell-session|terminal)?\s*$/i.test(line);
export const endOfFence = (mark: string): RegExp =>
  new RegExp(`^\\s*${mark.charAt(0)}{${mark.length},}\\s*$`);

/** Returns the lines below one that are indented more, like a YAML block scalar. */
export function blockScalar(lines: readonly Line[], start: number): Line[] {
  const depth = (at: number) => (lines[at]?.text ?? "").search(/[^\s*+-]|$/);
  const isInside = ({ text }: Line, at: number) => text.trim() === "" || depth(at) > depth(start);
  return linesUntil(lines, start + 1, (line, at) => !isInside(line, at));
}

/** Returns the lines from an index up to the first match, without copying the rest for each of many calls. */
export function linesUntil(
  lines: readonly Line[],
  start: number,
  isEnd: (line: Line, at: number) => boolean,
): Line[] {
  const found: Line[] = [];
  for (let at = start; at < lines.length; at += 1) {
    const line = lines[at] as Line;
    if (isEnd(line, at)) break;
    found.push(line);
  }
  return found;
}

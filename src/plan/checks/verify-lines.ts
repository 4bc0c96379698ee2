/** What stands in a `<verify>` block and is not read, by the index of its line in the section. */
export interface UnreadCheck {
  readonly at: number;
  readonly text: string;
  /** The command that is not run, for what it is to give is not read. */
  readonly run?: string;
  /** Nothing ends the block. */
  readonly isOpen?: true;
}

/** A line of a section, with its index there. */
export interface Line {
  readonly at: number;
  readonly text: string;
}

/** The lines within `<verify>` and `</verify>`, but for those that code and comments show. */
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
      end = hiddenFrom(line);
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

/** What ends the code or the comment that a line begins. */
function hiddenFrom(line: string): RegExp | undefined {
  const mark = fenceIn(line);
  if (mark) return endOfFence(mark);
  const shown = masked(line);
  const comment = shown.lastIndexOf("<!--");
  if (comment >= 0 && !shown.includes("-->", comment)) return /-->/;
  const [, element] = /<(pre|script|style|textarea)[\s>]/i.exec(shown) ?? [];
  const end = element && new RegExp(`</${element}>`, "i");
  return end && !end.test(shown) ? end : undefined;
}

/** As long as the line, without what stands in code spans or quotes. */
const masked = (line: string): string =>
  line.replace(/`[^`]*`|"[^"]*"|'[^']*'/g, (code) => "·".repeat(code.length));

/** What a comment holds in a block is not to be run. */
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

/** The mark of a fence that a line begins a block of code with. */
export const fenceIn = (line: string): string | undefined =>
  /^\s*(?:(?:[-*+]|\d{1,9}[.)])\s+)?(`{3,}(?=[^`]*$)|~{3,})/.exec(line)?.[1];
/** Whether a fence's own word says that its code is a shell's, or nothing. */
export const isShellFence = (line: string): boolean =>
  /(?:`{3,}|~{3,})\s*(?:bash|sh|shell|zsh|console|shell-session|terminal)?\s*$/i.test(line);
export const endOfFence = (mark: string): RegExp =>
  new RegExp(`^\\s*${mark.charAt(0)}{${mark.length},}\\s*$`);

/** The lines below one that are indented more, as YAML has a text of several lines. */
export function blockScalar(lines: readonly Line[], start: number): Line[] {
  const depth = (at: number) => (lines[at]?.text ?? "").search(/[^\s*+-]|$/);
  const isInside = ({ text }: Line, at: number) => text.trim() === "" || depth(at) > depth(start);
  return linesUntil(lines, start + 1, (line, at) => !isInside(line, at));
}

/** Without copying all that follows for each of many. */
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

import stringWidth from "string-width";
import wrapAnsi from "wrap-ansi";

/** A terminal's size, in characters. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

const tickMs = 200;
/** How long nothing is drawn after a change of size, as dragging a window causes many in a row. */
const settleMs = 60;

// Draws all at once if the terminal supports it, and never wraps, even if it disagrees about a character's width.
const [begin, end] = ["\u001b[?2026h", "\u001b[?2026l"];
const [noWrap, wrap] = ["\u001b[?7l", "\u001b[?7h"];
const eraseRest = "\u001b[K";
// Does not start in the first row: if a whole screen is erased from its first cell, tmux copies it into its history.
const eraseBelow = `${eraseRest}\u001b[1B\u001b[J\u001b[1A`;

/** The lowest lines of a terminal, which are redrawn in place; what is printed scrolls up above them. */
export class LiveArea {
  private ticking: NodeJS.Timeout | undefined;
  private settling: NodeJS.Timeout | undefined;
  private next: NodeJS.Immediate | undefined;
  private printed = "";
  private shown: readonly string[] = [];
  private size: Size = { columns: 0, rows: 0 };
  /** Our lines that a smaller screen has pushed out at the top; they come back if it grows. */
  private pushedOut: readonly string[] = [];

  constructor(
    private readonly stream: NodeJS.WriteStream,
    /** Returns at most `rows - 1` lines, none wider than `columns - 1`. */
    private readonly frame: (size: Size) => readonly string[],
  ) {}

  start(): void {
    if (this.ticking) return;
    this.ticking = setInterval(this.drawSoon, tickMs);
    this.stream.on("resize", this.resized);
    this.drawSoon();
  }

  /** Prints whole lines above the area. */
  print(text: string): void {
    if (!this.ticking) {
      this.stream.write(text);
      return;
    }
    this.printed += text;
    this.drawSoon();
  }

  /** Calls `write`, which writes whole lines, perhaps to another stream of the terminal, above the area. */
  aside(write: () => void): void {
    if (this.ticking) this.draw([]);
    write();
    if (this.ticking) this.drawSoon();
  }

  /** Removes the area; what was printed stays. */
  stop(): void {
    if (!this.ticking) return;
    clearInterval(this.ticking);
    clearTimeout(this.settling);
    clearImmediate(this.next);
    this.ticking = this.settling = this.next = undefined;
    this.stream.off("resize", this.resized);
    this.draw([]);
    this.pushedOut = [];
  }

  /** Draws in another turn, so that many changes make one frame, and a pending change of size is noticed first. */
  private drawSoon = (): void => {
    if (this.settling) return;
    this.next ??= setImmediate(() => {
      this.next = undefined;
      if (!this.settling) this.draw(this.frame(this.currentSize()));
    });
  };

  private resized = (): void => {
    clearTimeout(this.settling);
    this.settling = setTimeout(() => {
      this.settling = undefined;
      this.drawSoon();
    }, settleMs);
  };

  private currentSize = (): Size => ({ columns: this.stream.columns || 80, rows: this.stream.rows || 24 });

  private draw(lines: readonly string[]): void {
    const { printed } = this;
    const size = this.currentSize();
    const isResized = size.columns !== this.size.columns || size.rows !== this.size.rows;
    if (!isResized && printed === "" && isSame(lines, this.shown)) return;
    const up = isResized ? this.rowsAfterResize(size) : this.shown.length;
    const needsErasing = isResized || printed !== "" || lines.length < this.shown.length;
    const top = up === 0 ? "" : `\u001b[${up}A\r${needsErasing ? eraseBelow : ""}`;
    const text = lines.map((line) => `${line}${eraseRest}\n`).join("");
    this.stream.write(`${begin}${top}${printed}${noWrap}${text}${wrap}${end}`);
    if (printed) this.pushedOut = [];
    this.printed = "";
    this.shown = lines;
    this.size = size;
  }

  /**
   * Counts the rows that the drawn lines take after a change of size: the terminal wraps lines that are too long.
   * Rows that do not fit are above the screen, out of reach until it grows.
   */
  private rowsAfterResize({ columns, rows }: Size): number {
    const all = [...this.pushedOut, ...this.shown];
    const heights = all.map((line) => heightOf(line, columns));
    const total = heights.reduce((sum, height) => sum + height, 0);
    let hidden = total - (rows - 1);
    let count = 0;
    for (; hidden > 0; count += 1) hidden -= heights[count] ?? hidden;
    this.pushedOut = all.slice(0, count);
    return total;
  }
}

const heightOf = (line: string, columns: number): number =>
  stringWidth(line) <= columns
    ? 1
    : wrapAnsi(line, columns, { hard: true, wordWrap: false, trim: false }).split("\n").length;

const isSame = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((line, at) => line === other[at]);

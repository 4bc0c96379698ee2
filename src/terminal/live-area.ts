import stringWidth from "string-width";
import wrapAnsi from "wrap-ansi";

/** A terminal's size, in characters. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

const tickMs = 200;
/** How long nothing is drawn after a change of size: while a window is being dragged, there is one after another. */
const settleMs = 60;

// All at once where the terminal can do that, and never wrapped, whatever it takes a character's width to be.
const [begin, end] = ["\u001b[?2026h", "\u001b[?2026l"];
const [noWrap, wrap] = ["\u001b[?7l", "\u001b[?7h"];
const eraseRest = "\u001b[K";
// Not from the first row: from a screen's first place, tmux keeps all that is erased in its history.
const eraseBelow = `${eraseRest}\u001b[1B\u001b[J\u001b[1A`;

/** The lowest lines of a terminal, drawn again and again in place; what is printed meanwhile scrolls by above. */
export class LiveArea {
  private ticking: NodeJS.Timeout | undefined;
  private settling: NodeJS.Timeout | undefined;
  private next: NodeJS.Immediate | undefined;
  private printed = "";
  private shown: readonly string[] = [];
  private size: Size = { columns: 0, rows: 0 };
  /** Lines of ours that a change of size has pushed off the screen; a later one may bring them back. */
  private lost: readonly string[] = [];

  constructor(
    private readonly stream: NodeJS.WriteStream,
    /** At most `rows - 1` lines, none wider than `columns - 1`. */
    private readonly frame: (size: Size) => readonly string[],
  ) {}

  start(): void {
    if (this.ticking) return;
    this.ticking = setInterval(this.soon, tickMs);
    this.stream.on("resize", this.resized);
    this.soon();
  }

  /** Whole lines to stand above the area. */
  print(text: string): void {
    if (!this.ticking) {
      this.stream.write(text);
      return;
    }
    this.printed += text;
    this.soon();
  }

  /** Lets others write whole lines, to standard error perhaps, where the area stands. */
  aside(write: () => void): void {
    if (this.ticking) this.draw([]);
    write();
    if (this.ticking) this.soon();
  }

  /** Leaves only what was printed. */
  stop(): void {
    if (!this.ticking) return;
    clearInterval(this.ticking);
    clearTimeout(this.settling);
    clearImmediate(this.next);
    this.ticking = this.settling = this.next = undefined;
    this.stream.off("resize", this.resized);
    this.draw([]);
    this.lost = [];
  }

  /** In another turn: many changes are one frame, and a change of size that the process has yet to hear of comes first. */
  private soon = (): void => {
    if (this.settling) return;
    this.next ??= setImmediate(() => {
      this.next = undefined;
      if (!this.settling) this.draw(this.frame(this.now()));
    });
  };

  private resized = (): void => {
    clearTimeout(this.settling);
    this.settling = setTimeout(() => {
      this.settling = undefined;
      this.soon();
    }, settleMs);
  };

  private now = (): Size => ({ columns: this.stream.columns || 80, rows: this.stream.rows || 24 });

  private draw(lines: readonly string[]): void {
    const { printed } = this;
    const size = this.now();
    const isResized = size.columns !== this.size.columns || size.rows !== this.size.rows;
    if (!isResized && printed === "" && isSame(lines, this.shown)) return;
    const up = isResized ? this.rowsNow(size) : this.shown.length;
    const isOther = isResized || printed !== "" || lines.length < this.shown.length;
    const top = up === 0 ? "" : `\u001b[${up}A\r${isOther ? eraseBelow : ""}`;
    const text = lines.map((line) => `${line}${eraseRest}\n`).join("");
    this.stream.write(`${begin}${top}${printed}${noWrap}${text}${wrap}${end}`);
    if (printed) this.lost = [];
    this.printed = "";
    this.shown = lines;
    this.size = size;
  }

  /**
   * How many rows the lines that were drawn take on a screen that has changed: it wraps anew those that are too long
   * for it. What does not fit is above its top: out of reach, but back when the screen grows.
   */
  private rowsNow({ columns, rows }: Size): number {
    const all = [...this.lost, ...this.shown];
    const heights = all.map((line) => heightOf(line, columns));
    const total = heights.reduce((sum, height) => sum + height, 0);
    let hidden = total - (rows - 1);
    let count = 0;
    for (; hidden > 0; count += 1) hidden -= heights[count] ?? hidden;
    this.lost = all.slice(0, count);
    return total;
  }
}

const heightOf = (line: string, columns: number): number =>
  stringWidth(line) <= columns
    ? 1
    : wrapAnsi(line, columns, { hard: true, wordWrap: false, trim: false }).split("\n").length;

const isSame = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((line, at) => line === other[at]);

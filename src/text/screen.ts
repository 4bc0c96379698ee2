/** OSC, DCS and other terminal strings, if they end on their line. `\u009d` is ESC ] in one character. */
const terminalString =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is for.
  /(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\n\u0080-\u009f]*(?:\u0007|\u001b\\|\u009c)/g;
/** All other escape sequences, such as colours, except those that move the cursor or erase. */
const escapeSequence =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is for.
  /(?!(?:\u001b\[|\u009b)[\d;]*[A-HJKf])(?:(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|\u001b[ -/]*[0-~])/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is for.
const movement = /(\n|\r|(?:\u001b\[|\u009b)[\d;]*[A-HJKf])/;
/** The beginning of a sequence, or of a line end, at the end of a piece of text. */
const torn =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is for.
  /(?:\r|\u001b(?:[\]PX^_][^\u0007\u001b\n]{0,4096}\u001b?|\[[0-?]{0,64}|[ -/]{0,64})|\u009b[0-?]{0,64})$/;

/** Text that is shown as it is: most output is, and needs no further search. */
export const printableAscii = /^[\t\n -~]*$/;

/** Rows above the cursor that output may still change. */
const height = 200;
/** How far to the left the cursor moves at most, in columns. */
const furthest = 100;
/** A longer row is passed on in parts, in characters. */
const longestRow = 1024 * 1024;

/**
 * Turns output into the text that a terminal ends up showing: without escape sequences, and of each line that a progress
 * bar or spinner has overwritten, the last frame. What stood on a screen that was cleared is kept. Takes pieces of any
 * size, in bounded memory. Does not need Node, so that pages can import it.
 */
export class Screen {
  private rows = [""];
  private cursor = 0;
  /** Whether the cursor is at the start of its row, so that what is written next replaces it. */
  private isAtStart = false;
  private held = "";

  constructor(private readonly onText: (text: string) => void) {}

  push(piece: string): void {
    const text = this.held + piece;
    this.held = torn.exec(text.slice(-8192))?.[0] ?? "";
    this.read(text.slice(0, text.length - this.held.length));
    if (this.rows.length > 2 * height) this.passOn(this.rows.length - height);
    if ((this.rows.at(-1)?.length ?? 0) > longestRow) this.passOnAll();
  }

  end(): void {
    this.read(this.held.replace(/\r$/, ""));
    this.passOnAll();
  }

  private read(text: string): void {
    const isAscii = printableAscii.test(text);
    const plain = isAscii
      ? text
      : text.replace(/\r\n/g, "\n").replace(terminalString, "").replace(escapeSequence, "");
    const isMoving = !isAscii && movement.test(plain.replaceAll("\n", ""));
    if (isMoving || this.cursor < this.rows.length - 1) {
      for (const part of plain.split(movement)) this.take(part);
      return;
    }
    const [first = ""] = plain.split("\n", 1);
    this.write(first);
    this.append(this.passOver(plain.slice(first.length)));
  }

  /** Adds rows, of which the first is the rest of the last one. */
  private append(text: string): void {
    const [, ...rows] = text.split("\n");
    for (const row of rows) this.rows.push(row);
    if (rows.length > 0) this.isAtStart = false;
    this.cursor = this.rows.length - 1;
  }

  /** Passes on what a long text would push out of the screen anyway. Returns the rest, which begins with a newline. */
  private passOver(text: string): string {
    let end = text.length;
    for (let row = 0; row < height && end > 0; row += 1) end = text.lastIndexOf("\n", end - 1);
    if (end <= 0 || text.includes("\b")) return text;
    this.passOnAll();
    this.onText(text.slice(0, end));
    return text.slice(end);
  }

  private take(part: string): void {
    if (part === "\n") this.moveTo(this.cursor + 1);
    else if (part === "\r") this.isAtStart = true;
    else if (movement.test(part)) this.move(part.at(-1) ?? "", /\d+/.exec(part)?.[0]);
    else this.write(part);
  }

  private write(text: string): void {
    if (text === "") return;
    this.rows[this.cursor] = this.isAtStart ? text : this.rows[this.cursor] + text;
    this.isAtStart = false;
  }

  private moveTo(row: number): void {
    if (row === this.rows.length) this.rows.push("");
    this.cursor = Math.max(0, row);
    this.isAtStart = true;
  }

  /** Carries out a CSI sequence by its last letter. */
  private move(letter: string, number: string | undefined): void {
    const count = Math.max(1, Number(number ?? 1));
    if (/[AF]/.test(letter)) this.moveTo(this.cursor - count);
    else if (/[BE]/.test(letter)) this.moveTo(Math.min(this.rows.length - 1, this.cursor + count));
    else if (letter === "G") this.moveRight(count - 1, true);
    else if (letter === "C") this.moveRight(count, this.isAtStart);
    else if (letter === "D") this.write("\b".repeat(Math.min(count, furthest)));
    else if (/[Hf]/.test(letter)) this.startRow();
    else this.erase(letter, Number(number ?? 0));
  }

  /** Moves by so many columns, from the start of the row or from its end. A gap is shown as one blank. */
  private moveRight(columns: number, isFromStart: boolean): void {
    const row = this.rows[this.cursor] ?? "";
    const kept = isFromStart ? row.slice(0, columns) : row;
    this.isAtStart = isFromStart && columns === 0;
    if (columns > 0) this.rows[this.cursor] = isFromStart && row.length >= columns ? kept : `${kept} `;
  }

  /** Begins a row for what is written anywhere on the screen. */
  private startRow(): void {
    this.moveTo(this.rows.at(-1) === "" ? this.rows.length - 1 : this.rows.length);
  }

  /** Erases the row (K) or all below the cursor too (J), unless that would keep the part before the cursor. */
  private erase(letter: string, what: number): void {
    if (letter === "J" && what !== 0) return;
    if (letter === "J") this.rows.length = this.cursor + 1;
    if (this.isAtStart || what !== 0) this.rows[this.cursor] = "";
  }

  private passOn(count: number): void {
    const rows = this.rows.splice(0, Math.min(count, this.cursor));
    this.cursor -= rows.length;
    if (rows.length > 0) this.onText(`${rows.map(withoutBackspaces).join("\n")}\n`);
  }

  private passOnAll(): void {
    const text = this.rows.map(withoutBackspaces).join("\n");
    this.rows = [""];
    this.cursor = 0;
    this.isAtStart = false;
    if (text !== "") this.onText(text);
  }
}

/** Carries out backspaces: what follows one replaces the character before it. */
function withoutBackspaces(row: string): string {
  if (!row.includes("\b")) return row;
  const kept: string[] = [];
  let column = 0;
  for (const character of row) {
    if (character === "\b") column = Math.max(0, column - 1);
    else {
      kept[column] = character;
      column += 1;
    }
  }
  return kept.join("");
}

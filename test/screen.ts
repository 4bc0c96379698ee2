import xterm from "@xterm/headless";

/** An emulated terminal: what it shows of everything written to it. */
export class Screen {
  private readonly terminal: InstanceType<typeof xterm.Terminal>;

  /** With `pipe`, for output that no pseudo-terminal has passed on, which would add a return before each newline. */
  constructor(columns: number, rows: number, { pipe = false } = {}) {
    this.terminal = new xterm.Terminal({
      cols: columns,
      rows,
      convertEol: pipe,
      scrollback: 10_000,
      allowProposedApi: true,
    });
  }

  write = (data: string | Uint8Array): Promise<void> =>
    new Promise((resolve) => this.terminal.write(data, resolve));

  resize(columns: number, rows: number): void {
    this.terminal.resize(columns, rows);
  }

  /** Its rows, without empty ones at the end; with `history`, also those that have scrolled off the top. */
  rows({ history = false } = {}): string[] {
    return this.buffer(history)
      .map(({ text }) => text)
      .join("\n")
      .trimEnd()
      .split("\n");
  }

  text = (): string => this.rows().join("\n");

  /** Rows that continue the line of the row above. */
  wrapped = (): string[] => this.buffer(false).flatMap(({ text, isWrapped }) => (isWrapped ? [text] : []));

  private buffer(history: boolean): { text: string; isWrapped: boolean }[] {
    const { active } = this.terminal.buffer;
    const from = history ? 0 : active.baseY;
    return Array.from({ length: active.baseY + this.terminal.rows - from }, (_, at) => {
      const line = active.getLine(from + at);
      return { text: line?.translateToString(true) ?? "", isWrapped: line?.isWrapped ?? false };
    });
  }
}

import { createInterface, type Interface } from "node:readline";

/**
 * What a person, or a pipe, writes to standard input: a line is an answer. What a pipe says before it is asked is kept;
 * what a person types then was meant for a question that is gone, and is dropped. Nothing is read before the first
 * question.
 */
export class Answers {
  private lines: Interface | undefined;
  private readonly kept: string[] = [];
  private take: ((line?: string) => void) | undefined;
  private ended = false;
  private closed = false;

  /** Asks on standard error; nothing where it is `withdrawn`, the input has ended, or `close` was called. */
  async ask(question: string, withdrawn: AbortSignal): Promise<string | undefined> {
    if (this.closed || withdrawn.aborted) return undefined;
    this.lines ??= this.open();
    process.stderr.write(question);
    const line = this.kept.shift();
    if (line !== undefined || this.ended) return line;
    return new Promise((resolve) => {
      const withdraw = () => this.take?.();
      this.take = (line) => {
        this.take = undefined;
        withdrawn.removeEventListener("abort", withdraw);
        resolve(line);
      };
      withdrawn.addEventListener("abort", withdraw);
    });
  }

  /** Lets go of standard input, also while an answer is waited for. */
  close(): void {
    this.closed = true;
    this.lines?.close();
  }

  private open(): Interface {
    // The terminal's own line editing, so that Ctrl-C stays a signal.
    const lines = createInterface({ input: process.stdin, terminal: false });
    lines.on("line", (line) => {
      if (this.take) this.take(line);
      else if (!process.stdin.isTTY) this.kept.push(line);
    });
    lines.on("close", () => {
      this.ended = true;
      this.take?.();
    });
    return lines;
  }
}

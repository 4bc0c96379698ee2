import { createInterface, type Interface } from "node:readline";

/**
 * Asks questions on standard error; a line of standard input is an answer. Lines of a pipe that come before a question
 * are kept for it. What a person types before a question is dropped: it was meant for one that has been withdrawn.
 * Nothing is read before the first question.
 */
export class Prompter {
  private lines: Interface | undefined;
  private readonly kept: string[] = [];
  private settle: ((line?: string) => void) | undefined;
  private hasEnded = false;
  private isClosed = false;

  /** Resolves to the answer; to undefined if the question is withdrawn, the input ends or `close` is called. */
  async ask(question: string, withdrawn: AbortSignal): Promise<string | undefined> {
    if (this.isClosed || withdrawn.aborted) return undefined;
    this.lines ??= this.readLines();
    process.stderr.write(question);
    const line = this.kept.shift();
    if (line !== undefined || this.hasEnded) return line;
    return new Promise((resolve) => {
      const withdraw = () => this.settle?.();
      this.settle = (line) => {
        this.settle = undefined;
        withdrawn.removeEventListener("abort", withdraw);
        resolve(line);
      };
      withdrawn.addEventListener("abort", withdraw);
    });
  }

  get isAsking(): boolean {
    return this.settle !== undefined;
  }

  /** Stops reading standard input; an open question gets no answer. */
  close(): void {
    this.isClosed = true;
    this.lines?.close();
  }

  private readLines(): Interface {
    // With the terminal's own line editing, Ctrl-C stays a signal.
    const lines = createInterface({ input: process.stdin, terminal: false });
    lines.on("line", (line) => {
      if (this.settle) this.settle(line);
      else if (!process.stdin.isTTY) this.kept.push(line);
    });
    lines.on("close", () => {
      this.hasEnded = true;
      this.settle?.();
    });
    return lines;
  }
}

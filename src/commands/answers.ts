import { createInterface, type Interface } from "node:readline";

/**
 * What a person, or a pipe, writes to standard input: a line is an answer, and one that comes before its question is
 * kept. Nothing is read before the first question.
 */
export class Answers {
  private lines: Interface | undefined;
  private answers: AsyncIterator<string> | undefined;
  private closed = false;

  /** Asks on standard error; nothing where the input has ended, or `close` was called. */
  async ask(question: string): Promise<string | undefined> {
    if (this.closed) return undefined;
    // The terminal's own line editing, so that Ctrl-C stays a signal.
    this.lines ??= createInterface({ input: process.stdin, terminal: false });
    this.answers ??= this.lines[Symbol.asyncIterator]();
    process.stderr.write(question);
    const { value, done } = await this.answers.next();
    return done ? undefined : value;
  }

  /** Lets go of standard input, also while an answer is waited for. */
  close(): void {
    this.closed = true;
    this.lines?.close();
  }
}

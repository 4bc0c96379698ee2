import { appendFile } from "node:fs/promises";
import { isDone, type Outcome } from "../../schemas/outcome.ts";
import type { AttemptRequest } from "../engines/engine.ts";
import { endTree } from "../process/tree.ts";
import { endedText } from "../text/ended-text.ts";
import { oneLine } from "../text/one-line.ts";

/** How much of a command line is shown, in characters. */
const longestCommand = 100;

/** The processes that an attempt leaves running. */
export class Leftovers {
  private readonly ended: string[] = [];

  constructor(
    private readonly request: Pick<AttemptRequest, "keepsRunning" | "marker" | "graceMs" | "files">,
  ) {}

  /** Takes note of processes that have to be ended. */
  readonly add = (commands: readonly string[]): void => {
    for (const command of commands) this.ended.push(oneLine(command, longestCommand));
  };

  /**
   * Ends what a failed attempt was to keep, and adds what has been ended to an outcome, as a field, as a note and to the
   * attempt's log.
   */
  async addTo(outcome: Outcome): Promise<Outcome> {
    const { keepsRunning, marker, graceMs, files } = this.request;
    // Only by its marker: no process belongs to group -1.
    if (keepsRunning && !isDone(outcome.status)) await endTree({ group: -1, marker }, graceMs);
    if (this.ended.length === 0) return outcome;
    const note = `${endedText(this.ended)} (\`keep_running: true\` would keep it for later tasks)`;
    // A log that cannot be written changes nothing of the outcome, which has the note too.
    await appendFile(files.log, `interserve: ${note}\n`).catch(() => {});
    return { ...outcome, ended_processes: this.ended, notes: [...(outcome.notes ?? []), note] };
  }
}

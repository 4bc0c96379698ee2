import type { Retries, RetryClass } from "../schemas/manifest.ts";
import type { Outcome } from "../schemas/outcome.ts";

/** How many retries a task has used, by the class of failure that they followed. */
export type RetriesUsed = Readonly<Partial<Record<RetryClass, number>>>;

/** What decides whether a failure is retried. */
export interface RetryFacts {
  readonly retries: Retries;
  /** Whether the task is a plain command, which has no verdict of its own and no fixes. */
  readonly isCommand: boolean;
  readonly retriesUsed: RetriesUsed;
}

/** Signals by which a program ends that broke, and their numbers. */
const crashes: Readonly<Record<string, number>> = {
  ...{ SIGILL: 4, SIGTRAP: 5, SIGABRT: 6, SIGBUS: 7, SIGFPE: 8, SIGSEGV: 11, SIGSYS: 31 },
};

/**
 * Returns the class of retry that a failure uses up: of the classes that it belongs to, the first with a retry left.
 * Undefined if it is not retried.
 */
export function retryClassFor(outcome: Outcome, facts: RetryFacts): RetryClass | undefined {
  return classesOf(outcome, facts.isCommand).find((name) => retriesLeft(name, facts) > 0);
}

/** A number counts for all classes together, a map for each class that it names. */
function retriesLeft(name: RetryClass, { retries, isCommand, retriesUsed }: RetryFacts): number {
  if (typeof retries === "object") return (retries[name] ?? 0) - (retriesUsed[name] ?? 0);
  // An agent's failed checks go back to it as fixes.
  return name === "verify" && !isCommand ? 0 : retries - countRetries(retriesUsed);
}

export const countRetries = (used: RetriesUsed): number =>
  Object.values(used).reduce((sum, count) => sum + count, 0);

/** The classes that a failure belongs to, the narrowest first. None for what another attempt cannot change. */
function classesOf({ failure, signal, exit_code = 0 }: Outcome, isCommand: boolean): RetryClass[] {
  switch (failure) {
    case "transient":
    case "timeout":
    case "verify":
      return [failure];
    case "stalled":
      return ["stall"];
    case "crashed":
      return ["crash"];
    case "killed":
      return signal !== undefined && signal in crashes ? ["crash", "signal"] : ["signal"];
    case "task":
      return isCommand && exit_code !== 0 ? [...classesOfShellStatus(exit_code), "exit"] : [];
    default:
      return [];
  }
}

/** A shell reports a command that a signal ended as 128 plus the signal's number. */
function classesOfShellStatus(status: number): RetryClass[] {
  const number = status - 128;
  if (number < 1 || number > 64) return [];
  return Object.values(crashes).includes(number) ? ["crash", "signal"] : ["signal"];
}

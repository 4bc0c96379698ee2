import { constants } from "node:os";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Calls back with each signal that asks this process to end, in place of ending it; gives what undoes that. */
export function onSignals(end: (signal: NodeJS.Signals) => void): () => void {
  for (const signal of signals) process.on(signal, end);
  return () => {
    for (const signal of signals) process.off(signal, end);
  };
}

/** The exit status of a process that a signal has ended, as shells have it: 130 for SIGINT. */
export const exitOf = (signal: NodeJS.Signals): number => 128 + constants.signals[signal];

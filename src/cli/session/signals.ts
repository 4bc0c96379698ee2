import { constants } from "node:os";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Calls back with each signal that asks this process to end, which then no longer ends it by itself. Returns a
 * function that undoes this. The end of a terminal that shows nothing of this process does not end it: that is what
 * `nohup` asks for, but Node resets the signals that it ignores.
 */
export function onSignals(end: (signal: NodeJS.Signals) => void): () => void {
  const onSignal = (signal: NodeJS.Signals) => {
    if (signal !== "SIGHUP" || process.stdout.isTTY || process.stderr.isTTY) end(signal);
  };
  for (const signal of signals) process.on(signal, onSignal);
  return () => {
    for (const signal of signals) process.off(signal, onSignal);
  };
}

/** Resolves with the first signal that asks this process to end. */
export const nextSignal = (): Promise<NodeJS.Signals> =>
  new Promise((resolve) => {
    const stop = onSignals((signal) => {
      stop();
      resolve(signal);
    });
  });

/** The exit status of a process that was ended by a signal, by the shells' convention: 130 for SIGINT. */
export const exitStatusOf = (signal: NodeJS.Signals): number => 128 + constants.signals[signal];

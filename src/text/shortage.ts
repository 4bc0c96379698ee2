import { setTimeout as wait } from "node:timers/promises";

/** What a machine runs out of, by the code of the system's error, and how to get more of it. */
const shortages = {
  EMFILE: "too many open files: raise the limit with `ulimit -n`",
  ENFILE: "too many open files on the whole machine: raise fs.file-max",
  EAGAIN: "too many processes: raise the limit with `ulimit -u`, or that of the container",
  ENOMEM: "not enough memory: free some, or raise the limit of the container",
} as const;

/** Says what a machine lacks, and how to get more, for an error of the system; undefined if it is no shortage. */
export const shortageIn = (error: unknown): string | undefined => {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return Object.hasOwn(shortages, String(code)) ? shortages[code as keyof typeof shortages] : undefined;
};

/** How long work is repeated while resources are short: other attempts end, and free some. */
const patience = { rounds: 100, pauseMs: 100 };

/** Does work that must not be lost to a shortage of resources: repeats it until it succeeds, for up to 10 s. */
export async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let round = 1; ; round += 1) {
    try {
      return await work();
    } catch (error) {
      if (shortageIn(error) === undefined || round === patience.rounds) throw error;
      await wait(patience.pauseMs);
    }
  }
}

import { resolve } from "node:path";
import { isInteractive } from "../cli/terminal.ts";
import { inspectRun } from "../inspect-run.ts";
import { findRun } from "../journal/find-run.ts";

export interface InspectFlags {
  readonly projectDir?: string;
  readonly port?: number;
  readonly open: boolean;
}

/** `interserve inspect`: serves the page of a run, live or ended, until it is interrupted. */
export async function inspect(run: string | undefined, flags: InspectFlags): Promise<number> {
  const found = await findRun(resolve(flags.projectDir ?? "."), run);
  const inspector = await inspectRun(found, flags.port === undefined ? {} : { port: flags.port });
  process.stdout.write(`${found.run}: ${inspector.url}\n`);
  if (flags.open) await openPage(inspector.url);
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  await new Promise<void>((end) => {
    for (const signal of signals) process.once(signal, () => end());
  });
  await inspector.close();
  return 0;
}

/** Opens a page in the person's browser, where there is a person; that none opens is no failure. */
export async function openPage(url: string): Promise<void> {
  if (!isInteractive(process.stdout)) return;
  const { default: open } = await import("open");
  const browser = await open(url).catch(() => undefined);
  browser?.on("error", () => {});
}

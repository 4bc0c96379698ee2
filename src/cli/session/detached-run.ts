import { startDetached } from "../../process/spawn.ts";
import { jsonText, printable } from "../../text/printable.ts";
import { onSignals } from "./signals.ts";

/** Set for a command that runs in the background, to a text that is not empty. */
const variable = "INTERSERVE_DETACHED";

/** A run in the background, as its process announces it. */
interface Announcement {
  readonly run: string;
  readonly directory: string;
  readonly pid: number;
}

/**
 * Runs this command again in the background, in a session of its own, without `--detach`. Resolves to 0 once its run has
 * begun, or to the exit status of a command that ended before.
 */
export async function runDetached(json: boolean): Promise<number> {
  const args = process.argv.slice(2).filter((arg) => arg !== "--detach");
  const command = [...process.execArgv, process.argv[1] ?? "", ...args];
  const child = startDetached([process.execPath, ...command], { ...process.env, [variable]: "yes" });
  const stop = onSignals((signal) => child.kill(signal));
  child.stderr?.on("data", (text: Buffer) => process.stderr.write(text));
  try {
    const begun = await new Promise<Announcement | number>((resolve, reject) => {
      child.once("message", (message) => resolve(message as Announcement));
      child.once("exit", (code) => resolve(code ?? 1));
      child.once("error", reject);
    });
    if (typeof begun === "number") return begun;
    process.stdout.write(json ? jsonText(begun, 0) : startedText(begun));
    return 0;
  } finally {
    stop();
    child.stderr?.destroy();
    child.unref();
  }
}

const startedText = ({ run, pid }: Announcement): string =>
  [
    `${printable(run)} runs in the background, in process ${pid}`,
    `follow: interserve status ${printable(run)} --watch`,
    `stop: kill -INT ${pid}`,
    "",
  ].join("\n");

/**
 * Returns a function that tells the command which started this one in the background, if one has, that the run has
 * begun. Tasks do not inherit the variable.
 */
export function announcer(): (run: Omit<Announcement, "pid">) => void {
  const isDetached = Boolean(process.env[variable]) && process.send !== undefined;
  delete process.env[variable];
  let isAnnounced = !isDetached;
  return (run) => {
    if (isAnnounced) return;
    isAnnounced = true;
    process.send?.({ ...run, pid: process.pid }, () => process.disconnect?.());
  };
}

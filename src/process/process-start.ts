import { readProc, statOf } from "./proc.ts";

/**
 * When a process started, in a form that no two processes of one pid share: clock ticks since boot, and the boot.
 * Nothing where the process is gone; the empty text where the system does not tell.
 */
export function processStart(pid: number): string | undefined {
  if (process.platform !== "linux") return isThere(pid) ? "" : undefined;
  const fields = statOf(pid);
  return fields && `${fields[19]}@${readProc("sys/kernel/random/boot_id").trim()}`;
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

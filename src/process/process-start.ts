import { readProc, statOf } from "./proc.ts";

/**
 * Identifies a process beyond its pid, which another process may get later: clock ticks since boot, and the boot.
 * Returns undefined if the process is gone, and an empty text where the system does not tell.
 */
export function processStart(pid: number): string | undefined {
  if (process.platform !== "linux") return isRunning(pid) ? "" : undefined;
  const fields = statOf(pid);
  return fields && `${fields[19]}@${readProc("sys/kernel/random/boot_id").trim()}`;
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

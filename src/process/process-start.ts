import { readFileSync } from "node:fs";

/**
 * When a process started, in a form that no two processes of one pid share: clock ticks since boot, and the boot.
 * Nothing where the process is gone; the empty text where the system does not tell.
 */
export function processStart(pid: number): string | undefined {
  if (process.platform !== "linux") return isThere(pid) ? "" : undefined;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in parentheses may hold anything; the fields that count stand behind the last one.
    const [state, ...fields] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (state === "Z" || state === "X") return undefined;
    return `${fields[18]}@${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()}`;
  } catch {
    return undefined;
  }
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

import { readFileSync } from "node:fs";

/** A file of /proc, empty where the process is gone or another user's. */
export function readProc(path: string): string {
  try {
    return readFileSync(`/proc/${path}`, "utf8");
  } catch {
    return "";
  }
}

/** The fields of a living process's `stat` from its state on; nothing where it is gone, or a zombie. */
export function statOf(pid: number): readonly string[] | undefined {
  const stat = readProc(`${pid}/stat`);
  // The name in parentheses may hold anything; the fields that count stand behind the last one.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return ["", "Z", "X"].includes(fields[0] ?? "") ? undefined : fields;
}

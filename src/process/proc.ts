import { readFileSync } from "node:fs";

/** Reads a file of /proc. Returns an empty text if the process is gone or belongs to another user. */
export function readProc(path: string): string {
  try {
    return readFileSync(`/proc/${path}`, "utf8");
  } catch {
    return "";
  }
}

/** The fields of a process's `stat`, beginning with its state. Returns undefined if it is gone or a zombie. */
export function statOf(pid: number): readonly string[] | undefined {
  const stat = readProc(`${pid}/stat`);
  // The name in parentheses may contain anything; the fields begin after the last parenthesis.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return ["", "Z", "X"].includes(fields[0] ?? "") ? undefined : fields;
}

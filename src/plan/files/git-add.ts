import { posix } from "node:path";
import type { PlanCode } from "../../../schemas/plan.ts";
import { expandBraces } from "./braces.ts";

/**
 * Finds the files that a task's shell blocks add to a commit: what it commits, it has written. A path after `cd DIR` is
 * relative to that directory unless it names it again. Directories, patterns and the files that package managers write
 * along the way are ignored.
 */
export function committedFiles(code: readonly PlanCode[]): string[] {
  return [...new Set(code.filter(isShell).flatMap(({ text }) => filesAdded(text)))];
}

const isShell = ({ language }: PlanCode): boolean => /^(|bash|sh|shell|zsh|console)$/.test(language);

function filesAdded(script: string): string[] {
  let directory = "";
  const commands = script
    .replace(/\\\r?\n/g, " ")
    .split(/\r?\n|&&|;/)
    .map((command) => command.trim().replace(/^\$\s+/, ""));
  return commands.flatMap((command) => {
    const [, to] = /^cd\s+(\S+)$/.exec(command) ?? [];
    if (to) directory = posix.isAbsolute(to) ? "" : posix.join(directory, to);
    const [, added] = /^git\s+add\s+(.*)$/.exec(command) ?? [];
    if (!added) return [];
    const words = added.replace(/\s#.*$/, "").split(/\s+/);
    const locked = new Set(words.filter((word) => isLock.test(word)).map(posix.dirname));
    return words
      .filter((word) => isFile(word) && !isLock.test(word))
      .filter((word) => !(isPackage.test(word) && locked.has(posix.dirname(word))))
      .flatMap(expandBraces)
      .map((path) => placed(path, directory));
  });
}

/** Whether an argument names a file, with an extension or a leading dot; `-A`, `.`, `src/` and `$FILE` do not. */
const isFile = (word: string): boolean =>
  word.length <= 400 &&
  /^[^-$"'`~*?][^$"'`*?]*$/.test(word) &&
  /[^/.][^/]*\.[\w-]+$|(^|\/)\.\w[^/]*$/.test(word);

/** Lock files of package managers, which tools write along the way. */
const isLock = /(^|\/)(go\.sum|[\w.-]+\.lock|package-lock\.json|pnpm-lock\.yaml|bun\.lockb)$/;

/** Files that a package manager writes together with its lock file, unless the task mentions them otherwise. */
const isPackage = /(^|\/)(go\.mod|package\.json|Cargo\.toml|pyproject\.toml)$/;

function placed(path: string, directory: string): string {
  if (!directory || directory.startsWith("..") || path.startsWith(`${directory}/`)) return path;
  const last = posix.basename(directory);
  return path.startsWith(`${last}/`) && !directory.includes("/") ? path : posix.join(directory, path);
}

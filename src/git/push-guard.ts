import { chmod, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import writeFileAtomic from "write-file-atomic";

/** Every hook that git runs on the side of the one who commits and pushes. */
const hookNames = [
  "applypatch-msg",
  "pre-applypatch",
  "post-applypatch",
  "pre-commit",
  "pre-merge-commit",
  "prepare-commit-msg",
  "commit-msg",
  "post-commit",
  "pre-rebase",
  "post-checkout",
  "post-merge",
  "pre-push",
  "reference-transaction",
  "pre-auto-gc",
  "post-rewrite",
  "sendemail-validate",
  "post-index-change",
] as const;

const script = `#!/bin/sh
# interserve: agents do not push while a run is on. The repository's own hooks run as they do without this.
name=\${0##*/}
if [ "$name" = pre-push ]; then
  printf '%s\\n' "$1 $2" >> "$INTERSERVE_PUSHES"
  echo "interserve: a task must not push; the person who runs it does. (--allow-push lifts this)" >&2
  exit 1
fi
own=$(GIT_CONFIG_COUNT=$INTERSERVE_GIT_CONFIG_COUNT git rev-parse --git-path hooks) || exit 0
[ -x "$own/$name" ] || exit 0
exec "$own/$name" "$@"
`;

/** Writes the hooks that refuse a push into a folder of the run's. Throws the error of the file system. */
export async function writePushGuard(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of hookNames) {
    const file = join(folder, name);
    await writeFileAtomic(file, script);
    await chmod(file, 0o755);
  }
}

/**
 * The variables that make git use the guard's hooks in a process and all that it starts: nothing in any repository
 * changes, and nothing is left behind when the processes have ended. `pushes` is the file that attempts are noted in.
 * What a caller has configured in the same way stays.
 */
export function pushGuardEnv(
  env: Readonly<Record<string, string | undefined>>,
  folder: string,
  pushes: string,
): Record<string, string> {
  const configured = Number.parseInt(env.GIT_CONFIG_COUNT ?? "", 10);
  const count = Number.isInteger(configured) && configured > 0 ? configured : 0;
  return {
    GIT_CONFIG_COUNT: String(count + 1),
    [`GIT_CONFIG_KEY_${count}`]: "core.hooksPath",
    [`GIT_CONFIG_VALUE_${count}`]: folder,
    INTERSERVE_GIT_CONFIG_COUNT: String(count),
    INTERSERVE_PUSHES: pushes,
  };
}

/** The remotes that an attempt has tried to push to, name and address. */
export async function refusedPushes(pushes: string): Promise<string[]> {
  const text = await readFile(pushes, "utf8").catch(() => "");
  return text.split("\n").filter((line) => line !== "");
}

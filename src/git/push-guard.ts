import { chmod, readFile } from "node:fs/promises";
import { join } from "node:path";
import { makePrivateFolder, replacePrivateFile } from "../text/private-files.ts";

/** Every hook that git runs for the one who commits and pushes. */
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
# interserve: agents do not push during a run. The repository's own hooks run as usual.
name=\${0##*/}
if [ "$name" = pre-push ]; then
  printf '%s\\n' "$1 $2" >> "$INTERSERVE_PUSHES"
  echo "interserve: tasks must not push; leave that to the person who started the run. (--allow-push permits it)" >&2
  exit 1
fi
own=$(GIT_CONFIG_COUNT=$INTERSERVE_GIT_CONFIG_COUNT git rev-parse --git-path hooks) || exit 0
[ -x "$own/$name" ] || exit 0
exec "$own/$name" "$@"
`;

/** Writes the hooks that refuse a push into a folder. Rejects with the error of the file system. */
export async function writePushGuard(folder: string): Promise<void> {
  await makePrivateFolder(folder);
  for (const name of hookNames) {
    const file = join(folder, name);
    await replacePrivateFile(file, script);
    await chmod(file, 0o700);
  }
}

/**
 * The variables that make git use the guard's hooks in a process and everything that it starts. No repository is
 * changed, and nothing is left behind when the processes have ended. Settings that `env` already has in the same form
 * are kept. `pushes` is the file that records refused pushes.
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

/** Reads the remotes that an attempt tried to push to, each with name and address. */
export async function refusedPushes(pushes: string): Promise<string[]> {
  const text = await readFile(pushes, "utf8").catch(() => "");
  return text.split("\n").filter((line) => line !== "");
}

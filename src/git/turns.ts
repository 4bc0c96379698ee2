import { chmod, readFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { makePrivateFolder, replacePrivateFile } from "../text/private-files.ts";

/**
 * A `git` for tasks that run at the same time in one working tree. Commands that write to the index or move HEAD take
 * turns, since git itself fails if it finds a lock. From a `git add` to the `git commit` of the same shell, no other
 * task has a turn: both would commit what the other has staged. All else goes to the real git at once, and so does
 * every command that has waited for a minute or cannot write to the repository: it then fails as it would without this.
 */
const script = `#!/bin/sh
# interserve: tasks that run at the same time take turns to write to git's index.
here=\${0%/*}
path=:$PATH:
case $path in *":$here:"*) path=\${path%%":$here:"*}:\${path#*":$here:"} ;; esac
path=\${path#:}
PATH=\${path%:}
export PATH
[ -z "$INTERSERVE_GIT_TURN" ] || exec git "$@"

globals=0 skip= name=
for arg do
  if [ -n "$skip" ]; then skip=
  else
    case $arg in
      -C | -c | --git-dir | --work-tree | --namespace | --config-env | --attr-source) skip=1 ;;
      -*) ;;
      *) name=$arg; break ;;
    esac
  fi
  globals=$((globals + 1))
done

# Asks git about the repository that the command is for: $question, after the options before the command's name.
ask() {
  at=0
  for arg do
    [ $at -ge $globals ] || set -- "$@" "$arg"
    shift
    at=$((at + 1))
  done
  git "$@" $question 2> /dev/null
}

kind_of() {
  case $1 in
    add | stage | rm | mv) kind=stage ;;
    commit) kind=commit ;;
    am | apply | checkout | cherry-pick | config | merge | pull | read-tree | rebase | reset | restore | revert) kind=other ;;
    stash | switch | update-index) kind=other ;;
    *) kind= ;;
  esac
}

kind_of "$name"
if [ -z "$kind" ]; then
  case $name in
    '' | blame | branch | cat-file | clone | describe | diff | fetch | grep | help | init | log | ls-files | ls-remote) exec git "$@" ;;
    push | remote | rev-list | rev-parse | show | status | tag | version) exec git "$@" ;;
  esac
  question="config --get alias.$name"
  alias=$(ask "$@") || exec git "$@"
  case $alias in
    '!'*commit*) kind=commit ;;
    '!'*) exec git "$@" ;;
    *) kind_of "\${alias%% *}" ;;
  esac
  [ -n "$kind" ] || exec git "$@"
fi

question="rev-parse --absolute-git-dir"
dir=$(ask "$@") && [ -w "$dir" ] || exec git "$@"
lock=$dir/interserve.lock
staged=$dir/interserve.staged
export INTERSERVE_GIT_TURN=1

release() { [ "$(cat "$lock" 2> /dev/null)" != $$ ] || rm -f "$lock"; }

# Takes the lock unless another process has it; that of a process that is gone is moved away.
take_lock() {
  (set -C; echo $$ > "$lock") 2> /dev/null && return 0
  holder=$(cat "$lock" 2> /dev/null)
  [ -n "$holder" ] && ! kill -0 "$holder" 2> /dev/null || return 1
  mv "$lock" "$lock.$$" 2> /dev/null || return 1
  [ "$(cat "$lock.$$")" = "$holder" ] || ln "$lock.$$" "$lock" 2> /dev/null
  rm -f "$lock.$$"
  return 1
}

# Whether a shell of another attempt has staged files and is still to commit them.
others_have_staged() {
  owner= shell= since=0
  read -r owner shell since 2> /dev/null < "$staged" || return 1
  [ "$owner" != "$INTERSERVE_ATTEMPT" ] && kill -0 "$shell" 2> /dev/null && [ $(($(date +%s) - since)) -lt 30 ]
}

trap release EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
tries=0
while [ $tries -lt 1000 ]; do
  if take_lock; then
    others_have_staged || break
    release
  fi
  tries=$((tries + 1))
  sleep 0.05
done

question="rev-parse -q --verify HEAD"
before=$(ask "$@")
git "$@"
status=$?
after=$(ask "$@")
if [ "$before" != "$after" ] && [ -n "$after" ] && [ -n "$INTERSERVE_COMMITS" ]; then
  question="rev-list --max-count=1000 $after \${before:+^$before}"
  ask "$@" >> "$INTERSERVE_COMMITS"
fi 2> /dev/null
if [ $status = 0 ]; then
  case $kind in
    stage) echo "$INTERSERVE_ATTEMPT $PPID $(date +%s)" > "$staged" ;;
    commit) rm -f "$staged" ;;
  esac 2> /dev/null
fi
exit $status
`;

/** Writes the `git` that takes turns into a folder. Rejects with the error of the file system. */
export async function writeGitTurns(folder: string): Promise<void> {
  await makePrivateFolder(folder);
  const file = join(folder, "git");
  await replacePrivateFile(file, script);
  await chmod(file, 0o700);
}

/** The variables that make a process use it. `commits` is the file that records the attempt's own commits. */
export const gitTurnsEnv = (
  env: Readonly<Record<string, string | undefined>>,
  folder: string,
  commits: string,
): Record<string, string> =>
  env.PATH === undefined
    ? {}
    : { PATH: `${folder}${delimiter}${env.PATH}`, INTERSERVE_COMMITS: commits, INTERSERVE_GIT_TURN: "" };

/** The file in an attempt's folder that records its commits. */
export const commitsName = "commits.txt";

/** Reads the commits that an attempt has made. */
export async function commitsOf(folder: string): Promise<string[]> {
  const text = await readFile(join(folder, commitsName), "utf8").catch(() => "");
  return text.split("\n").filter((line) => /^[\da-f]{40,64}$/.test(line));
}

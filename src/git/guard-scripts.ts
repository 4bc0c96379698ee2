/** Every hook that git runs for the one who commits and pushes. */
export const hookNames = [
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

/**
 * Shell code that hides the settings of guards from the git that follows it. `$guards` lists their folders, each between
 * colons: a run that a task of another run starts has a guard of its own.
 */
const hideGuards = `hide_guards() {
  at=0
  while [ "$at" -lt "\${GIT_CONFIG_COUNT:-0}" ]; do
    eval "value=\\$GIT_CONFIG_VALUE_$at"
    case $guards in *":$value:"*) export "GIT_CONFIG_KEY_$at=interserve.hooks" ;; esac
    at=$((at + 1))
  done
}`;

/** The hook of every name: refuses a push, and runs the repository's own hook of any other name. */
export const hookScript = `#!/bin/sh
# interserve: agents do not push during a run. The repository's own hooks run as usual.
name=\${0##*/}
if [ "$name" = pre-push ]; then
  { printf '%s\\n' "$1 $2" >> "$INTERSERVE_PUSHES"; } 2>/dev/null
  echo "interserve: tasks must not push; leave that to the person who started the run. (--allow-push permits it)" >&2
  exit 1
fi
${hideGuards}
guards="$INTERSERVE_GUARDS:\${0%/*}:"
own=$(hide_guards; git rev-parse --git-path hooks) || exit 0
[ -x "$own/$name" ] || exit 0
export INTERSERVE_GUARDS="$guards"
exec "$own/$name" "$@"
`;

/**
 * A \`git\` for the start of PATH. It is the real one, except that whoever asks for the folder of hooks is told the
 * repository's own. Installers of hooks ask before they write: so they neither lose their hooks nor replace the guard.
 */
export const gitScript = `#!/bin/sh
# interserve: git itself, but to the question where hooks belong it answers with the repository's own folder.
here=\${0%/*}
command= next= skip=
for word in "$@"; do
  if [ -n "$command" ]; then next=$word; break; fi
  if [ -n "$skip" ]; then skip=; continue; fi
  case $word in
    -C | -c | --git-dir | --work-tree | --namespace | --super-prefix | --config-env) skip=1 ;;
    -*) ;;
    *) command=$word ;;
  esac
done
${hideGuards}
guards=":\${here%/*}:"
case "$command $next" in
  "config "* | "rev-parse "* | "lfs install" | "lfs update" | "lfs uninstall") hide_guards ;;
esac
# Only the folders after this one: a run within a run has two of these scripts in PATH.
after=\${PATH#*"$here:"}
set -f
IFS=:
for folder in $after; do
  [ "$folder" = "$here" ] && continue
  [ -f "\${folder:-.}/git" ] && [ -x "\${folder:-.}/git" ] && exec "\${folder:-.}/git" "$@"
done
echo "git: command not found" >&2
exit 127
`;

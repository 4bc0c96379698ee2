import { findExecutable } from "../engines/find-executable.ts";

/** Syntax that bash has and a plain `/bin/sh` may not have, outside quotes. */
const bashOnly = [
  /(?:^|[\s;&|(!])\[\[\s/, // [[ a == b ]]
  /(?:^|[\s;&|(])\(\(/, // (( a > b ))
  /[<>]\(/, // <(a)
  /<<</,
  /&>|\|&/,
  /\{[^\s{}"']*\.\.[^\s{}"']*\}/, // {1..3}
  /[\w./*-]\{[^\s{}"']*,[^\s{}"']*\}|\{[^\s{}"']*,[^\s{}"']*\}[\w./*-]/, // src/{a,b}.ts
  /\$'/,
  /\bpipefail\b/,
  /(?:^|[\s;&|(])(?:source|shopt|declare|typeset|local|mapfile|readarray|pushd|popd|function|select|let)\s/,
  /(?:^|[\s;&|(])[A-Za-z_]\w*\+?=\(/, // list=(a b)
  /(?:^|[\s;&|(])(?:\[|test)\s[^\];&|]*\s==\s/, // [ a == b ]
  /\btrap\s.*\sERR\b/,
  /(?:^|[\s;&|(])(?:read\s+-[a-qs-z]|echo\s+-e|printf\s+-v)/,
];
/** Expansions that bash has, in double quotes too. */
const expansion =
  /\$\{!|\$\{\w+(?:\[|\^|,|\/|@|:(?![-=?+]))|\$(?:RANDOM|BASH\w*|PIPESTATUS|SECONDS|EPOCH\w+)\b/;

/** Whether a command uses syntax of bash. It may be mistaken, as for a word in a here-document. */
export function needsBash(command: string): boolean {
  const bare = command
    .replace(/\\./gs, "")
    .replace(/'[^']*'|"[^"]*"/g, (text, at: number) => (command[at - 1] === "$" ? text : '""'));
  const code = command.replace(/'[^']*'/g, "''");
  return bashOnly.some((pattern) => pattern.test(bare)) || expansion.test(code);
}

/**
 * The command line that runs a `verify` command with both streams in one, so that errors of the shell are among the
 * output. It runs in bash if it uses bash's syntax and bash is on the PATH of `env`, else in `/bin/sh`.
 */
export async function shellLine(
  command: string,
  env: Readonly<Record<string, string>>,
): Promise<readonly [string, ...string[]]> {
  const bash = needsBash(command) ? await findExecutable("bash", env.PATH) : undefined;
  return ["/bin/sh", "-c", 'exec "$@" 2>&1', "sh", bash ?? "/bin/sh", "-c", command];
}

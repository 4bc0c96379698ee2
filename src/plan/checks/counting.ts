import { withoutQuotes } from "./shell-text.ts";

/** Commands that print a number which they have counted, by the last command of a line. */
const counting = [
  /^(?:git\s+grep|[efz]?grep|rg|ag|ack)\s(?:.*\s)?(?:-[A-Za-z]*c[A-Za-z]*|--count(?:-matches)?)(?=\s|$)/,
  /^wc(?=\s|$)/,
  /^git\s+rev-list\s.*--count\b/,
];
/** The same, recognised by what their quotes contain. */
const countingText = [
  /^jq\s.*\blength\b/,
  /^sed\s.*\$=/,
  /^awk\s.*\bEND\s*\{\s*print\b/,
  /^(?:sqlite3|psql|mysql|duckdb)\s.*\bcount\s*\(/i,
  /^echo\s.*\$(?:\?|\()/,
  /^expr\s/,
  /^node\s+(?:-p|-pe|--print)\s/,
];
/** Commands that print a text, and that never end with an exit status above 1. */
const printing = /^(?:cat|head|tail|cut|tr|jq|awk|sed|echo|printf|stat|du|date)(?=\s|$)/;

/** The last command of a line of shell: after the last `|`, `;`, `&&` and `||` that is not in quotes. */
function lastCommand(run: string): string {
  const masked = run.replace(/"[^"]*"|'[^']*'|\$\([^()]*\)/g, (text) => "0".repeat(text.length));
  const at = ["|", ";", "&", "\n"].reduce(
    (last, mark) => Math.max(last, masked.trimEnd().lastIndexOf(mark)),
    -1,
  );
  return run
    .slice(at + 1)
    .trim()
    .replace(/^(?:(?:[A-Za-z_]\w*=\S*|env|command|sudo|time|xargs|-\S+)\s+)+/, "");
}

/** Whether a number that is expected of a command is more likely to be what it prints than its exit status. */
export function printsNumber(run: string, number: string): boolean {
  const command = lastCommand(run);
  return (
    counting.some((pattern) => pattern.test(withoutQuotes(command))) ||
    countingText.some((pattern) => pattern.test(command)) ||
    (Number(number) > 1 && printing.test(command))
  );
}

/** What a command prints if it counts a number: `wc` prints the name of its one file, too. */
export function printedNumber(run: string, number: string): string {
  const [, file] = /^wc\s+-[a-zA-Z]\s+([\w./-]+)$/.exec(lastCommand(run)) ?? [];
  return file === undefined || file.startsWith("-") ? number : `${number} ${file}`;
}

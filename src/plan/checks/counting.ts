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

/** What is put behind a count to tidy it, or to keep it from failing. */
const tidying = /^(?:tr|xargs|cat|tee|head|tail|sort|cut|awk|sed)(?=\s|$)/;
const neverFails = /\|\|\s*(?:true|:)\s*$/;
/** Between commands of a line, but not in redirections such as `2>&1`. */
const separator = /\|\||&&|\|&?|[;\n]|(?<![<>&])&(?![>&])/g;
const before = /^(?:(?:[A-Za-z_]\w*=\S*|env|command|sudo|time|xargs|-\S+)\s+)+/;

/** The commands of a line of shell that are not in quotes or in `$(…)`, last one first. */
function commandsFromEnd(run: string): string[] {
  const line = run.trim().replace(neverFails, "");
  const masked = line.replace(/"[^"]*"|'[^']*'|\$\([^()]*\)/g, (text) => "0".repeat(text.length));
  const starts = [0, ...[...masked.matchAll(separator)].map(({ index, 0: mark }) => index + mark.length)];
  return starts
    .map((start, at) =>
      line
        .slice(start, starts[at + 1])
        .replace(/[|&;\s]+$/, "")
        .trim(),
    )
    .reverse();
}

const isCounting = (command: string): boolean =>
  counting.some((pattern) => pattern.test(withoutQuotes(command))) ||
  countingText.some((pattern) => pattern.test(command));

/** Whether a number that is expected of a command is more likely to be what it prints than its exit status. */
export function printsNumber(run: string, number: string): boolean {
  const commands = commandsFromEnd(run).map((command) => command.replace(before, ""));
  const [last = ""] = commands;
  const counter = commands.find((command) => isCounting(command) || !tidying.test(command)) ?? "";
  return isCounting(counter) || (Number(number) > 1 && printing.test(last));
}

/** What a command prints if it counts a number: `wc` prints the name of its one file, too. */
export function printedNumber(run: string, number: string): string {
  const [, file] = /^wc\s+-[a-zA-Z]\s+([\w./-]+)$/.exec(commandsFromEnd(run)[0] ?? "") ?? [];
  return file === undefined || file.startsWith("-") ? number : `${number} ${file}`;
}

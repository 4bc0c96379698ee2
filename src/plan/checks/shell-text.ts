/** A line of shell, with its here-document if it has one. */
interface Command {
  readonly text: string;
  readonly given?: string;
}

const setting = /^(?:export\s+)?[A-Za-z_]\w{0,60}=\S*$|^set\s+-\w+$|^(?:cd|pushd|source|\.)\s+\S+$/;
const given = /<<-?\s*(["']?)([A-Za-z_]\w{0,60})\1/;
const loop =
  /^for\s+\w+\s+in\s|^(?:while|until|if|elif)\s.{0,2000};\s*(?:do|then)\b|^(?:do|then|else|done|fi)\b|^case\s.{0,2000}\sin$/;
const goesOn = /(?:&&|\||[({;\\])$/;

/** Whether a line of shell has no effect without its neighbours: a `cd`, a part of a loop. */
export const needsOthers = (line: string): boolean =>
  setting.test(line) || given.test(line) || loop.test(line) || goesOn.test(line);

/** Joins lines that end with a backslash with the next. */
export function continued(lines: readonly string[]): string[] {
  const joined: string[] = [];
  let isOpen = false;
  for (const line of lines) {
    const text = line.replace(/\s?\\$/, "");
    if (isOpen) joined.push(`${joined.pop()} ${text.trim()}`);
    else joined.push(text);
    isOpen = text !== line;
  }
  return joined;
}

/**
 * Combines lines of shell into one command that succeeds if all of them do. Returns undefined if `isCommand` rejects one
 * of them, or a loop or here-document is not closed.
 */
export function shellText(
  lines: readonly string[],
  isCommand: (text: string) => boolean,
): string | undefined {
  const commands = commandsIn(withoutIndent(lines));
  if (!commands || commands.length === 0) return undefined;
  const isOne = (text: string) => setting.test(text) || isCommand(text);
  if (commands.every(({ text, given }) => given === undefined && isOne(text) && !/[|&({;]$|\s#/.test(text)))
    return commands.map(({ text }) => text).join(" && ");
  if (!isScript(commands, isOne)) return undefined;
  const script = commands.map(({ text, given }) => (given === undefined ? text : `${text}\n${given}`));
  return script.length > 1 ? ["set -e", ...script].join("\n") : script[0];
}

/** The commands without blank lines, comments and prompts. Returns undefined if a here-document is not closed. */
function commandsIn(lines: readonly string[]): Command[] | undefined {
  const commands: Command[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const start = at;
    while (/\\$/.test(lines[at] ?? "") && at + 1 < lines.length) at += 1;
    const whole = continued(lines.slice(start, at + 1))
      .join(" ")
      .trimEnd();
    const text = whole.replace(/^\s*\$\s+/, "").replace(/\s#\s[^"'`]*$/, "");
    if (text.trim() === "" || text.trim().startsWith("#")) continue;
    const [, , end] = given.exec(text) ?? [];
    if (end === undefined) {
      commands.push({ text: text.trim() });
      continue;
    }
    let last = at + 1;
    while (last < lines.length && lines[last]?.trim() !== end) last += 1;
    if (last >= lines.length) return undefined;
    commands.push({ text: text.trim(), given: lines.slice(at + 1, last + 1).join("\n") });
    at = last;
  }
  return commands;
}

function withoutIndent(lines: readonly string[]): string[] {
  const depths = lines.filter((line) => line.trim() !== "").map((line) => line.search(/\S/));
  const depth = depths.reduce((least, one) => Math.min(least, one), Number.POSITIVE_INFINITY);
  return lines.map((line) => line.slice(depth).trimEnd());
}

/** Whether loops and conditions are closed and contain only commands. */
function isScript(commands: readonly Command[], isOne: (text: string) => boolean): boolean {
  let depth = 0;
  for (const { text } of commands) {
    for (const part of withoutQuotes(text).split(/&&|\|\||[|;]/)) {
      const words = part.trim().split(/\s+/);
      while (/^(?:then|else|elif|do|if|while|until|!|\{|\()$/.test(words[0] ?? "")) {
        if (/^(?:if|while|until)$/.test(words.shift() ?? "")) depth += 1;
      }
      const [first = ""] = words;
      if (/^(?:done|fi)$/.test(first)) depth -= 1;
      if (first === "for" && words[2] === "in") depth += 1;
      else if (!/^(?:|done|fi|\}|\))$/.test(first) && !isOne(words.join(" "))) return false;
      if (depth < 0) return false;
    }
  }
  return depth === 0;
}

/** Replaces each quoted text in a line of shell by one word. */
export const withoutQuotes = (text: string): string => text.replace(/"[^"]*"|'[^']*'/g, "'0'");

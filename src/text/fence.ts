/** Longer runs of backticks are shortened to this, since the fences around them would have to be longer still. */
const longestRun = 64;

/** Shortens every long run of backticks. */
const withoutLongRuns = (text: string): string => text.replace(/`{65,}/g, "`".repeat(longestRun));

/** The number of backticks in the fence around a text: one more than the longest run in it, and at least three. */
export function fenceLength(text: string): number {
  let longest = 2;
  for (const [run] of text.matchAll(/`{3,}/g)) longest = Math.max(longest, Math.min(run.length, longestRun));
  return longest + 1;
}

/** A fenced code block around a text. Nothing in the text can end it. `info` is a word such as `text`. */
export function fenced(text: string, info: string): string {
  const inner = withoutLongRuns(text);
  const fence = "`".repeat(fenceLength(inner));
  const body = inner === "" || inner.endsWith("\n") ? inner : `${inner}\n`;
  return `${fence}${info}\n${body}${fence}`;
}

/** Inline code around a line. Nothing in the line can end it. */
export function codeSpan(line: string): string {
  const longest = (line.match(/`+/g) ?? []).reduce((most, run) => Math.max(most, run.length), 0);
  const mark = "`".repeat(longest + 1);
  const pad = /^`|`$|^ .* $/.test(line) ? " " : "";
  return `${mark}${pad}${line}${pad}${mark}`;
}

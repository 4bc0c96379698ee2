/** A longer run of backticks is shortened to this: it would make the two fences around it as long. */
const longestRun = 64;

/** Text with every run of backticks bounded. */
const withoutLongRuns = (text: string): string => text.replace(/`{65,}/g, "`".repeat(longestRun));

/** How many backticks the fence around a text has: one more than the longest run in it. */
export function fenceLength(text: string): number {
  let longest = 2;
  for (const [run] of text.matchAll(/`{3,}/g)) longest = Math.max(longest, Math.min(run.length, longestRun));
  return longest + 1;
}

/** A fenced code block that holds a text and that nothing in the text can end. `info` is a word such as `text`. */
export function fenced(text: string, info: string): string {
  const inner = withoutLongRuns(text);
  const fence = "`".repeat(fenceLength(inner));
  const body = inner === "" || inner.endsWith("\n") ? inner : `${inner}\n`;
  return `${fence}${info}\n${body}${fence}`;
}

/** One line as inline code that nothing in it can end. */
export function codeSpan(line: string): string {
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  const mark = "`".repeat(longest + 1);
  const pad = /^`|`$|^ .* $/.test(line) ? " " : "";
  return `${mark}${pad}${line}${pad}${mark}`;
}

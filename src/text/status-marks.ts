/** What people and agents put into a plan to note how far a task is: signs, boxes, and words for a state. */
const sign = String.raw`(?:[✅✔☑☐☒✓✗✘❌❎⏳⌛🚧🔄🔨🟢🟡🟠🔴⚪⬜⬛🔲🔳⏸▶🏁]\ufe0f?)`;
const box = String.raw`\[(?: |x|~|-|✓|✔|done|wip)\]`;
const state = `(?:done|completed?|finished|implemented|shipped|merged|pass(?:ed|ing)?|fail(?:ed|ing)?|to[ -]?do|not (?:yet )?started|started|pending|planned|ready|open|active|doing|in[ -]?progress|wip|(?:in )?review|reviewed|blocked|paused|on hold|closed|cancell?ed|deferred|skipped|dropped)`;
/** A date, a person or a commit may follow a state: `done (2026-02-14)`, `completed by Pat`. */
const remark = String.raw`(?:\s*[([,;:.–—-].{0,120}|\s+(?:on|at|by|in|since|as of|with)\s.{0,120})?`;

const atStart = new RegExp(String.raw`^(?:${sign}|${box})+\s*`, "iu");
const atEnd = new RegExp(
  String.raw`\s*(?:(?:${sign}|${box})+|[([]\s*${state}(?:(?:\s*[,:;–—-]|\s+(?:(?:on|at|by|in|since)\s)?(?=[#\d]))[^()[\]]{0,60})?[)\]]|\s[–—-]{1,2}\s*${state})\s*$`,
  "iu",
);

/** Removes marks of a task's state from both ends of a line: `✅ Cart (done)` becomes `Cart`. */
export function withoutStatusMarks(line: string): string {
  let text = line.replace(atStart, "");
  for (let before = ""; before !== text; ) {
    before = text;
    text = text.replace(atEnd, "");
  }
  return text === "" ? line : text;
}

const field = /^[\s>|*_+-]*(?:current\s+)?(?:status|state|progress)[*_\s]*[:：|=](.*)$/iu;
const value = new RegExp(
  String.raw`^(?:${state}|\d{1,3}\s?%|\d+\s?\/\s?\d+)(?![\p{L}\p{N}])${remark}$`,
  "iu",
);
const decoration = new RegExp(String.raw`${sign}|${box}|[*_\x60"'|]`, "giu");

/** Whether a line only states how far a task is: `**Status:** done`, `- Progress: 3/5`. */
export function isStatusLine(line: string): boolean {
  const found = field.exec(line)?.[1]?.replace(decoration, "").trim();
  return found !== undefined && (found === "" || value.test(found));
}

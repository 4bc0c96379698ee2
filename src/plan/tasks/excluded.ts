const over = `(?:cancell?ed|dropped|abandoned|obsolete|superseded|skipped|no longer needed|not needed|won['’]t (?:do|fix)|wontfix)`;
/** Words that may also be a task's subject, as in `Deferred: load images`. */
const later = `(?:${over}|removed|deferred|postponed|on hold|out of scope)`;
/** Nothing is left to do: `Task 7: Optimize x (already Task 1 — skip)`. */
const skip = /\((?:[^()]*(?:[–—:;,]|\s-)\s*)?skip(?:ped)?\)$/i;
const inTitle = [
  skip,
  new RegExp(
    String.raw`[([]\s?${later}(?:\s?[:;,–—-][^()[\]]{0,200}|\s(?:by|to|until|for)\s[^()[\]]{0,200})?[)\]]$`,
    "i",
  ),
  new RegExp(String.raw`\s[–—-]{1,2}\s${later}(?:(?:\s?[,;(]|\s(?:by|to|until)\s)[^()]{0,200}\)?)?$`, "i"),
  new RegExp(String.raw`^[([]?${over}[)\]]?(?:$|\s?[:–—(]|\s-)`, "i"),
];
const asLine = new RegExp(
  String.raw`^(?:this task (?:is|was|has been)\s)?${over}(?:$|\s?[:.,;(–—]|\s-|\sby\s)|^(?:this task (?:is|was|has been)\s)?${later}(?:\.?$|\s?[(–—]|\s-|\s(?:to|until)\s)`,
  "i",
);
const asStatus = new RegExp(
  String.raw`^(?:[-+]\s)?status\s?:\s*${later}(?:$|\s?[:.,;(–—]|\s-|\s(?:by|to|until)\s)`,
  "i",
);
/** How many lines below its heading a task's status may be. */
const mostLines = 8;

/** Returns the words in a task's title, status or first line that exclude it from the plan; undefined if there are none. */
export function exclusionIn(title: string, prose: string): string | undefined {
  if (inTitle.some((pattern) => pattern.test(title))) return title;
  const lines = prose
    .split("\n")
    .map((line) => line.replace(/[*_>~[\]]/g, "").trim())
    .filter((line) => line !== "")
    .slice(0, mostLines);
  return lines.find((line, at) => asStatus.test(line) || (at === 0 && asLine.test(line)));
}

const over = `(?:cancell?ed|dropped|abandoned|obsolete|superseded|skipped|no longer needed|not needed|won['’]t (?:do|fix)|wontfix)`;
/** The author says that there is nothing to do: `Task 7: Optimize x (already Task 1 — skip)`. */
const skip = /\((?:[^()]*(?:[–—:;,]|\s-)\s*)?skip(?:ped)?\)$/i;
const inTitle = [
  skip,
  new RegExp(String.raw`[([]\s?${over}(?:\s?[:;,–—-][^()[\]]{0,200}|\sby\s[^()[\]]{0,200})?[)\]]$`, "i"),
  new RegExp(String.raw`\s[–—-]{1,2}\s${over}(?:\s?[,;(][^()]{0,200}\)?)?$`, "i"),
  new RegExp(String.raw`^[([]?${over}[)\]]?(?:$|\s?[:–—(]|\s-)`, "i"),
];
const asLine = new RegExp(String.raw`^(?:status\s?:\s*)?${over}(?:$|\s?[:.,;(–—]|\s-|\sby\s)`, "i");

/** What a task says of not being carried out, in its title or the first line below; undefined where it says nothing. */
export function leftOutFor(title: string, prose: string): string | undefined {
  if (inTitle.some((pattern) => pattern.test(title))) return title;
  const first = prose
    .split("\n")
    .map((line) => line.replace(/[*_>~[\]]/g, "").trim())
    .find((line) => line !== "");
  return first !== undefined && asLine.test(first) ? first : undefined;
}

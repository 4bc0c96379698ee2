/** A line that ends in such a word goes on in the next. */
const wrapped =
  /(\b(?:and|both|once|after|until|on|for|requires?|needs?))[ \t]*\r?\n[ \t]*(?=[A-Za-z]|\d+(?![.\d]*[.)]\s))/gi;

/** One clause each: lines, and within these what stands between full stops and semicolons. */
export const sentencesOf = (text: string): string[] =>
  text.replace(wrapped, "$1 ").split(/\r?\n|(?<=[.;])\s+(?=[A-Z(])|;\s/);

/** Whether a sentence asks, or tells what might be: it says nothing of what is. */
export const isHypothetical = (sentence: string): boolean =>
  /^\W*if\b|\b(?:would|might|unless)\b/i.test(sentence) ||
  /^\W*(?:do|does|did|is|are|can|could|should|must|will)\b[^?]*\?/i.test(sentence);

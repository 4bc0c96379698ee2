/** A line that ends in such a word continues on the next line. */
const wrapped =
  /(\b(?:and|both|once|after|until|on|for|requires?|needs?))[ \t]*\r?\n[ \t]*(?=[A-Za-z]|\d+(?![.\d]*[.)]\s))/gi;

/** Splits text at line ends, full stops and semicolons. */
export const sentencesOf = (text: string): string[] =>
  text.replace(wrapped, "$1 ").split(/\r?\n|(?<=[.;])\s+(?=[A-Z(])|;\s/);

/** Whether a sentence is a question or a supposition, which states nothing. */
export const isHypothetical = (sentence: string): boolean =>
  /^\W*if\b|\b(?:would|might|unless)\b/i.test(sentence) ||
  /^\W*(?:do|does|did|is|are|can|could|should|must|will)\b[^?]*\?/i.test(sentence);

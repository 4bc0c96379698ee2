/** One clause each: lines, and within these what stands between full stops and semicolons. */
export const sentencesOf = (text: string): string[] => text.split(/\r?\n|(?<=[.;])\s+(?=[A-Z(])|;\s/);

/** Whether a sentence tells what might be: it says nothing of what is. */
export const isHypothetical = (sentence: string): boolean =>
  /^\W*if\b|\b(?:would|might|unless)\b/i.test(sentence);

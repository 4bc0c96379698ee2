/**
 * Words in a sentence: `a, b and c`. If there are more than `most`, the first of them and the number of the others:
 * `a, b and 3 more`.
 */
export function listed(
  words: readonly string[],
  { last = "and", most = 8 }: { readonly last?: "and" | "or"; readonly most?: number } = {},
): string {
  const shown = words.length > most ? [...words.slice(0, most), `${words.length - most} more`] : words;
  return shown.length < 2 ? shown.join() : `${shown.slice(0, -1).join(", ")} ${last} ${shown.at(-1)}`;
}

/** Translates a plan's expectation into a manifest's `expect`. Returns undefined if it is not understood. */
export function expectation(wish: string): string | undefined {
  const plain = unquoted(wish.replace(/(?:^|\s)#\s.*$/, "").trim()).replace(/[.;]$/, "");
  if (plain === "" && wish.trim() !== "") return undefined;
  const [, code] =
    /^(?:(?:command\s+)?(?:exits?|returns?)\s*(?:with\s+|=\s*)?)?(?:(?:exit\s+)?(?:code|status)\s*:?\s*)?(\d{1,3}|zero)$/i.exec(
      plain,
    ) ?? [];
  if (code) return `exit ${code.toLowerCase() === "zero" ? "0" : code}`;
  if (/^(?:success|succeeds|passes|pass|(?:all\s+)?(?:the\s+)?tests?\s+pass(?:es)?)$/i.test(plain))
    return "exit 0";
  const contains = /^contains\s+(["'`])(.+)\1$/is.exec(plain);
  // Of several quoted texts, only a person knows how they are combined.
  return contains && !contains[2]?.includes(contains[1] ?? "") ? `contains "${contains[2]}"` : undefined;
}

/** Removes one pair of backticks or quotes around the whole text. */
export function unquoted(text: string): string {
  const [mark = ""] = /^(?:`+|"|')/.exec(text) ?? [];
  const isWhole =
    mark !== "" &&
    text.length > 2 * mark.length &&
    text.endsWith(mark) &&
    !text.slice(mark.length, -mark.length).includes(mark);
  return isWhole ? text.slice(mark.length, -mark.length).trim() : text;
}

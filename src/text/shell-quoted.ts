/** Text as one word of a shell's command line; pure, for the page says commands too. */
export const shellQuoted = (text: string): string =>
  /^[\w.@%+=:,/-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

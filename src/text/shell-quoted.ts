/** Text as one word of a shell command. Needs no Node, since the page shows commands, too. */
export const shellQuoted = (text: string): string =>
  /^[\w.@%+=:,/-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

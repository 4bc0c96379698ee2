/** The cells of a row of a markdown table, without emphasis and code marks; undefined if a line is not such a row. */
export const cellsOf = (line: string): string[] | undefined =>
  /^\s*\|.*\|\s*$/.test(line)
    ? line
        .trim()
        .slice(1, -1)
        .split("|")
        .map((cell) => cell.replace(/[*`]/g, "").trim())
    : undefined;

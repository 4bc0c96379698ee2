interface Row<Columns> {
  readonly columns: Columns;
  readonly cells: readonly string[];
}

/** Reads the rows of markdown tables, without emphasis and code marks, for whose header `columnsIn` finds columns. */
export function tableRows<Columns>(
  text: string,
  columnsIn: (header: readonly string[]) => Columns | undefined,
): Row<Columns>[] {
  const rows: Row<Columns>[] = [];
  let columns: Columns | undefined;
  for (const line of text.split(/\r?\n/)) {
    const cells = cellsOf(line);
    if (cells && columns) rows.push({ columns, cells });
    else columns = cells && columnsIn(cells);
  }
  return rows;
}

const cellsOf = (line: string): string[] | undefined =>
  /^\s*\|.*\|\s*$/.test(line)
    ? line
        .trim()
        .slice(1, -1)
        .split("|")
        .map((cell) => cell.replace(/[*`]/g, "").trim())
    : undefined;

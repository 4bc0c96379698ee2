import type { Quartiles } from "./measure.ts";

/** One measured figure. */
export interface Row {
  readonly what: string;
  readonly figure: Quartiles;
  /** `times` for a ratio of two figures of the same round. */
  readonly unit: "times" | "s" | "ms" | "MB";
  /** The most that it may be; undefined for a figure that is only shown. */
  readonly goal?: number;
}

const text = (figure: number): string =>
  figure >= 100 ? figure.toFixed(0) : figure.toPrecision(figure > 0.99 && figure < 1.1 ? 4 : 3);

/** Rows as a markdown table: median, quartiles and goal. */
export function table(rows: readonly Row[]): string {
  const lines = rows.map(({ what, figure, unit, goal }) => {
    const suffix = unit === "times" ? "" : ` ${unit}`;
    const spread = `${text(figure.low)} to ${text(figure.high)}`;
    return `| ${what} | ${text(figure.median)}${suffix} | ${spread} | ${goal === undefined ? "" : `≤ ${goal}${suffix}`} |`;
  });
  return ["| what | median | quartiles | goal |", "| --- | --- | --- | --- |", ...lines].join("\n");
}

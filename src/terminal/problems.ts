import { createColors } from "picocolors";
import type { Place, Problem } from "../problem.ts";
import { printable, sameWidth } from "../text/printable.ts";

/** How much of a source line is shown, in characters. */
const widest = 120;

type Paint = (text: string) => string;

/**
 * A problem as people read it, on several lines without a newline at the end: place, severity, code and message; the
 * source line with what is meant underlined; the hint; each related place with its source line.
 */
export function renderProblem(problem: Problem, { color }: { readonly color: boolean }): string {
  const colors = createColors(color);
  const { severity, code, message, place, hint, related = [] } = problem;
  const paint = severity === "error" ? colors.red : colors.yellow;
  const gutter = Math.max(
    ...[place, ...related.map((one) => one.place)].map(({ line }) => String(line).length),
  );
  return [
    `${colors.bold(where(place))} ${paint(severity)} ${code}: ${printable(message)}`,
    ...excerpt(place, gutter, paint),
    ...(hint ? [`  hint: ${printable(hint)}`] : []),
    ...related.flatMap(({ message, place }) => [
      `  ${colors.bold(where(place))} ${printable(message)}`,
      ...excerpt(place, gutter, colors.cyan),
    ]),
  ].join("\n");
}

/** A problem as programs read it, in `--json`; `related` only where there is any. */
export function problemJson({ code, severity, message, place, hint, related = [] }: Problem) {
  const at = ({ file, line, column }: Place) => ({ file, line, column });
  return {
    code,
    severity,
    message,
    ...at(place),
    hint: hint ?? null,
    ...(related.length > 0
      ? { related: related.map((one) => ({ message: one.message, ...at(one.place) })) }
      : {}),
  };
}

const where = ({ file, line, column }: Place): string => `${printable(file)}:${line}:${column}`;

/** A source line and, under it, the squiggle: nothing where there is no line to show. */
function excerpt({ source = "", line, column, length = 1 }: Place, gutter: number, paint: Paint): string[] {
  if (source.trim() === "") return [];
  // Cut first: a hundred problems can stand on one line of megabytes.
  const { text: raw, start, end } = clipped(source, column - 1, column - 1 + length);
  const text = sameWidth(raw);
  // Tabs stay tabs, so that the squiggle stands under what it means.
  const indent = text.slice(0, start).replaceAll(/[^\t]/g, " ");
  const squiggle = paint("~".repeat(Math.max(1, end - start)));
  return [`  ${String(line).padStart(gutter)} | ${text}`, `  ${" ".repeat(gutter)} | ${indent}${squiggle}`];
}

/** As much of a long line as can be shown, from a little before what is meant, and where that then stands. */
function clipped(text: string, start: number, end: number): { text: string; start: number; end: number } {
  if (text.length <= widest) return { text, start, end };
  const from = Math.max(0, Math.min(start - widest / 4, text.length - widest));
  const to = Math.min(text.length, from + widest);
  const [before, behind] = [from > 0 ? "…" : "", to < text.length ? "…" : ""];
  const shift = before.length - from;
  return {
    text: `${before}${text.slice(from, to)}${behind}`,
    start: start + shift,
    end: Math.min(end, to) + shift,
  };
}

import { createColors } from "picocolors";
import type { Place, Problem } from "../problem.ts";
import { printable, sameWidth } from "../text/printable.ts";

/** The longest part of a source line that is shown, in characters. */
const maxWidth = 120;

type Paint = (text: string) => string;

/**
 * Renders a problem for people, on several lines without a final newline: place, severity, code and message; the source
 * line with the affected part underlined; the hint; each related place with its source line.
 */
export function renderProblem(problem: Problem, { color }: { readonly color: boolean }): string {
  const colors = createColors(color);
  const { severity, code, message, place, hint, related = [] } = problem;
  const paint = severity === "error" ? colors.red : colors.yellow;
  const lastLine = related.reduce((last, one) => Math.max(last, one.place.line), place.line);
  const gutter = String(lastLine).length;
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

/** A problem as `--json` prints it. `related` is left out if there is none. */
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

/** A source line with a squiggle below it; no lines if the source is blank or unknown. */
function excerpt({ source = "", line, column, length = 1 }: Place, gutter: number, paint: Paint): string[] {
  if (source.trim() === "") return [];
  // Cut first, as a hundred problems can be on one line of megabytes.
  const { text: raw, start, end } = clipped(source, column - 1, column - 1 + length);
  const text = sameWidth(raw);
  // Tabs stay tabs, so that the squiggle is in the right place.
  const indent = text.slice(0, start).replaceAll(/[^\t]/g, " ");
  const squiggle = paint("~".repeat(Math.max(1, end - start)));
  return [`  ${String(line).padStart(gutter)} | ${text}`, `  ${" ".repeat(gutter)} | ${indent}${squiggle}`];
}

/** Cuts a long line to a part that begins a little before `start`, and moves `start` and `end` accordingly. */
function clipped(text: string, start: number, end: number): { text: string; start: number; end: number } {
  if (text.length <= maxWidth) return { text, start, end };
  const from = Math.max(0, Math.min(start - maxWidth / 4, text.length - maxWidth));
  const to = Math.min(text.length, from + maxWidth);
  const [before, after] = [from > 0 ? "…" : "", to < text.length ? "…" : ""];
  const shift = before.length - from;
  return {
    text: `${before}${text.slice(from, to)}${after}`,
    start: start + shift,
    end: Math.min(end, to) + shift,
  };
}

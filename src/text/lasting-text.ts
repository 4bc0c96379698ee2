import { isStatusLine, withoutStatusMarks } from "./status-marks.ts";

/**
 * Reduces a task's text to what it asks for: text that differs only in ticks, marks and lines of status, line ends,
 * trailing blanks, empty lines or list markers gives the same result. In fenced code only line ends, trailing blanks and
 * empty lines are ignored.
 */
export function lastingText(text: string): string {
  let fence: string | undefined;
  const lines = text.replace(/^\ufeff/, "").split(/\r\n|\r|\n/);
  return lines
    .flatMap((line) => {
      const plain = line.trimEnd();
      const [, marks] = /^[\s>]*(`{3,}|~{3,})/.exec(plain) ?? [];
      const isCode = fence !== undefined || marks !== undefined;
      if (marks !== undefined && (fence === undefined || isClosing(plain, fence)))
        fence = fence === undefined ? marks : undefined;
      return plain === "" || (!isCode && isStatusLine(plain)) ? [] : [isCode ? plain : lastingLine(plain)];
    })
    .join("\n");
}

const isClosing = (line: string, fence: string): boolean => {
  const marks = line.replace(/^[\s>]*/, "");
  return marks.length >= fence.length && marks === (fence[0] ?? "").repeat(marks.length);
};

function lastingLine(line: string): string {
  const task = line.replace(/(<task\b[^>]*?)\s+status=(?:"[^"]*"|'[^']*')/i, "$1");
  const [, start = "", marker = "", rest = ""] =
    /^([\s>]*)([-*+]\s+|\d+[.)]\s+|#{1,6}\s+|)(.*)$/.exec(task) ?? [];
  if (marker === "") return task;
  const kind = /^[-*+]/.test(marker) ? "-" : marker.trim();
  // Boxes may precede bold text, or lie in it.
  const own = rest.replace(/~~/g, "").replace(/^(\**)\[[ xX~-]\]\s*/, "$1");
  return `${start}${kind} ${withoutStatusMarks(own)}`;
}

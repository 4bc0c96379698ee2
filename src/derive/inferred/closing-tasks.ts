import type { Edge } from "../edge.ts";
import type { TaskFacts } from "./task-evidence.ts";

/** The title is about proving all that was done. */
const verifies =
  /\b(final|end[\s-]to[\s-]end|e2e|full|smoke|verif(?:y|ication)|validat(?:e|ion)|integration\s+tests?|test\s+suite|(?:run|live)\s+(?:all\s+)?tests?|re-?measure)\b/i;
const documents =
  /\b(docs?|documentation|changelog|PRD|roadmap|README)\b|^(?:update|document|refresh|sync)\b.*\b(?:CLAUDE|AGENTS|README|MEMORY|CHANGELOG)\.md/i;
const ships =
  /(?:^|\band\b|[,&+:—–-])\s*(ship|publish|release|deploy|close|clean\s?up|polish|push|install)\b|\bdeploy(?:ment)?\b|\b(?:publish|ship|close)$/i;

/** A title that says that the task verifies, documents or ships what others made. */
export const closes = (title: string): boolean =>
  verifies.test(title) || documents.test(title) || ships.test(title);

/**
 * The tasks at the plan's end whose titles say that they verify, document or ship: the last one waits for all, one
 * before it that verifies for all before these. The nearest come first, so that what they imply can be left out.
 */
export function gateEdges(tasks: readonly TaskFacts[]): Edge[] {
  let first = tasks.length;
  while (first > 1 && closes(tasks[first - 1]?.title ?? "")) first -= 1;
  return tasks.slice(first).flatMap(({ at: to, title }) => {
    const isLast = to === tasks.length - 1;
    if (!isLast && !verifies.test(title)) return [];
    return tasks
      .slice(0, isLast ? to : first)
      .reverse()
      .map(
        ({ at: from }): Edge => ({
          from,
          to,
          kind: "gate",
          detail: `"${title}" is about all that is before it`,
        }),
      );
  });
}

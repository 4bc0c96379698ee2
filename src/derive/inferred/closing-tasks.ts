import type { Dependency } from "../dependency.ts";
import type { TaskEvidence } from "./task-evidence.ts";

const verifies =
  /\b(final|end[\s-]to[\s-]end|e2e|full|smoke|verif(?:y|ication)|validat(?:e|ion)|integration\s+tests?|test\s+suite|(?:run|live)\s+(?:all\s+)?tests?|re-?measure)\b/i;
const documents =
  /\b(docs?|documentation|changelog|PRD|roadmap|README)\b|^(?:update|document|refresh|sync)\b.*\b(?:CLAUDE|AGENTS|README|MEMORY|CHANGELOG)\.md/i;
const ships =
  /(?:^|\band\b|[,&+:—–-])\s*(ship|publish|release|deploy|close|clean\s?up|polish|push|install)\b|\bdeploy(?:ment)?\b|\b(?:publish|ship|close)$/i;

/** Whether a title says that the task verifies, documents or ships the work of others. */
export const isClosing = (title: string): boolean =>
  [verifies, documents, ships].some((form) => form.test(title));

/**
 * Finds the closing tasks at the plan's end. The last one waits for all others. An earlier one that verifies waits
 * for all tasks before the closing ones. The nearest come first, so that those that follow from them can be left out.
 */
export function findClosingTasks(tasks: readonly TaskEvidence[]): Dependency[] {
  let first = tasks.length;
  while (first > 1 && isClosing(tasks[first - 1]?.title ?? "")) first -= 1;
  return tasks.slice(first).flatMap(({ index: to, title }) => {
    const isLast = to === tasks.length - 1;
    if (!isLast && !verifies.test(title)) return [];
    const detail = `"${title}" covers all tasks before it`;
    return tasks
      .slice(0, isLast ? to : first)
      .reverse()
      .map(({ index: from }) => ({ from, to, detail }));
  });
}

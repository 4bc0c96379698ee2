/**
 * Returns a task's line that requires a person's approval before it runs, such as `Irreversible — confirm with user
 * before running.`; undefined if there is none.
 */
export const approvalIn = (prose: string): string | undefined =>
  prose
    .split("\n")
    .map((line) => line.replace(/[*_>]/g, "").trim())
    .find((line) => asks.some((pattern) => pattern.test(line)));

const person = "(?:user|human|person|owner|operator|maintainer|approval|sign-?off)";
const first = "before\\s+(?:you\\s+)?(?:run|execut|proceed|do|apply|start)(?:n?ing|e|ing)?\\b";
const asks = [
  new RegExp(
    `\\b(?:confirm|check|ask|wait|get|needs?|requires?)\\b[^.]{0,40}\\b${person}\\b[^.]{0,40}\\b${first}`,
    "i",
  ),
  /\birreversible\b[^.]{0,40}\b(?:confirm|ask)\b/i,
];

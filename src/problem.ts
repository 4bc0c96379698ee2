/** The closed set of problem codes: stable, for scripts and for looking up. */
export type ProblemCode =
  | "file-not-found"
  | "file-unreadable"
  | "file-is-directory"
  | "file-too-large"
  | "file-not-utf8"
  | "yaml-syntax"
  | "yaml-too-complex"
  | "empty-manifest"
  | "wrong-type"
  | "missing-key"
  | "unknown-key"
  | "invalid-value"
  | "unsupported-version"
  | "unknown-mode"
  | "no-tasks"
  | "duplicate-task"
  | "unknown-dependency"
  | "self-dependency"
  | "duplicate-dependency"
  | "dependency-cycle"
  | "dependencies-ignored"
  | "empty-stage"
  | "conflicting-keys"
  | "too-many-problems"
  | "missing-run"
  | "plan-not-found"
  | "plan-without-tasks"
  | "section-not-found"
  | "plan-syntax"
  | "unread-heading"
  | "unread-check"
  | "unread-dependency"
  | "task-left-out"
  | "unread-files"
  | "files-outside"
  | "asks-first"
  | "no-evidence"
  | "file-conflict"
  | "claim-contradicted"
  | "plan-drift"
  | "prompt-file-unreadable"
  | "engine-missing"
  | "journal-damaged"
  | "journal-torn"
  | "run-not-found";

/** A place in a file. Lines and columns count from 1; `source` is the whole line, `length` what to underline. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly source?: string;
  readonly length?: number;
}

/** Something wrong with what the user gave, as data: where, what was expected, what was found, what to do. */
export interface Problem {
  readonly code: ProblemCode;
  readonly severity: "error" | "warning";
  /** One sentence: what was expected and what was found. */
  readonly message: string;
  readonly place: Place;
  /** What to do about it. */
  readonly hint?: string;
  /** Second places, each with a word on what stands there: the first use of an id, the steps of a cycle. */
  readonly related?: readonly { readonly message: string; readonly place: Place }[];
}

const builderOf =
  (severity: Problem["severity"]) =>
  (
    code: ProblemCode,
    message: string,
    place: Place,
    { hint, related }: Pick<Problem, "hint" | "related"> = {},
  ): Problem => ({ code, severity, message, place, ...(hint && { hint }), ...(related && { related }) });

/** Builds a problem that ends a command. */
export const error = builderOf("error");
/** Builds a problem that a person should look at, and that ends nothing. */
export const warning = builderOf("warning");

export const isError = (problem: Problem): boolean => problem.severity === "error";

/** Thrown where a user's own mistake ends a command: printed as problems with exit status 2, never as a stack. */
export class ProblemsError extends Error {
  override readonly name = "ProblemsError";
  constructor(readonly problems: readonly Problem[]) {
    super(problems.map((problem) => problem.message).join("; "));
  }
}

/** Thrown where a command cannot do what it was asked, for a reason outside any file's text: exit status 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  constructor(
    message: string,
    /** What to do about it. */
    readonly hint?: string,
  ) {
    super(message);
  }
}

/** Thrown where a run that had been started had to end, for a reason outside its tasks: exit status 1. */
export class RunError extends Error {
  override readonly name = "RunError";
  constructor(
    message: string,
    /** What to do about it. */
    readonly hint: string,
  ) {
    super(message);
  }
}

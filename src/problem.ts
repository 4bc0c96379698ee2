/** Every problem code. Codes are stable: scripts may depend on them. */
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
  | "not-expanded"
  | "unclear-file"
  | "no-effect"
  | "not-approved"
  | "missing-run"
  | "plan-not-found"
  | "plan-without-tasks"
  | "section-not-found"
  | "section-conflict"
  | "plan-syntax"
  | "unread-heading"
  | "unread-check"
  | "ambiguous-check"
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

/** A place in a file. Lines and columns count from 1; `source` is the whole line, `length` the characters to underline. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly source?: string;
  readonly length?: number;
}

/** A mistake in the user's input, as data. */
export interface Problem {
  readonly code: ProblemCode;
  readonly severity: "error" | "warning";
  /** One sentence, such as `expected X, found Y`. */
  readonly message: string;
  readonly place: Place;
  /** What to do about it. */
  readonly hint?: string;
  /** Further places, each with a note: the first use of an id, the steps of a cycle. */
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

/** Builds a problem that stops the command. */
export const error = builderOf("error");
/** Builds a problem that a person should look at, but that stops nothing. */
export const warning = builderOf("warning");

export const isError = (problem: Problem): boolean => problem.severity === "error";

/** Thrown for mistakes in the user's files: printed as problems, without a stack, with exit status 2. */
export class ProblemsError extends Error {
  override readonly name = "ProblemsError";
  constructor(readonly problems: readonly Problem[]) {
    super(problems.map((problem) => problem.message).join("; "));
  }
}

/** Thrown if a command cannot do what it was asked, for a reason outside the text of any file: exit status 2. */
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

/** Thrown if a started run had to end for a reason outside its tasks: exit status 1. */
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

import type { Verify } from "./manifest.ts";

/** What a task does with a file that it names: `read` alone writes nothing. */
export type FileUse = "create" | "modify" | "test" | "read";

/** A code block of a plan. */
export interface PlanCode {
  /** The first word of its info string, in lower case; empty where there is none. */
  readonly language: string;
  readonly text: string;
}

/** One task of a plan. */
export interface PlanTask {
  /** `task-` and its number in lower case: `task-3`, `task-1.2`, `task-a1`; `task-3-2` for a second task 3. */
  readonly id: string;
  /** As the plan writes it: `3`, `1.2`, `A1`. */
  readonly number: string;
  /** One line of plain text. */
  readonly title: string;
  /** Its own part of the plan, from its heading on, exactly as written. */
  readonly section: string;
  /** Paths that it says it writes, without line ranges; globs are possible. What it only reads, where it writes none. */
  readonly files: readonly string[];
  /** Each path of its `Files:`, as written but for line ranges, and what it does with it. */
  readonly uses: readonly { readonly path: string; readonly use: FileUse }[];
  /** Commands that must hold once it is done. */
  readonly verify: readonly Verify[];
  /**
   * Of a task that writes no file: what it says of a person who must agree before it is carried out. It is
   * left out of a derived manifest, unless a task that stays depends on it.
   */
  readonly asksFirst?: string;
  /** Its text without code blocks, and its code blocks. */
  readonly prose: string;
  readonly code: readonly PlanCode[];
  /** The heading under which it stands together with other tasks: a phase, a wave. */
  readonly group?: string;
  /** Ids of the tasks that the plan's format says it depends on; absent where the format says nothing. */
  readonly depends?: readonly string[];
  /** Where its heading stands; lines count from 1. */
  readonly line: number;
}

/** A plan: a markdown file with headings, or one of the other formats that are read as one. */
export interface Plan {
  /** Absolute path. */
  readonly file: string;
  /** Its first heading of level 1. */
  readonly title?: string;
  /** In the order of the plan. */
  readonly tasks: readonly PlanTask[];
  /** The numbers of the tasks that it says are not to be done; absent where there are none. */
  readonly leftOut?: readonly string[];
  /** The tasks that its format marks as done; absent where there are none. They are not among `tasks`. */
  readonly done?: readonly PlanTask[];
  /** Its tasks' groups follow each other, whatever they are called. */
  readonly isStaged?: boolean;
  /** Its text outside of tasks, and the code blocks there, which may be drawn graphs. */
  readonly prose: string;
  readonly code: readonly PlanCode[];
}

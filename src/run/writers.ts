/**
 * The tasks that may write to the project at the moment: from the start of an attempt until the task settles or waits
 * for a retry, but not while it waits for others.
 */
export class Writers {
  private readonly active = new Set<string>();
  /** By watch, the tasks that have been active since it began. */
  private readonly watches = new Set<Set<string>>();
  private readonly waits = new Set<{ readonly left: Set<string>; readonly end: () => void }>();

  enter(task: string): void {
    this.active.add(task);
    for (const seen of this.watches) seen.add(task);
  }

  leave(task: string): void {
    this.active.delete(task);
    for (const { left, end } of this.waits) if (left.delete(task) && left.size === 0) end();
  }

  /** Watches who is active beside a task. Returns a function that ends this and returns all who were. */
  watch(task: string): () => string[] {
    const seen = new Set(this.active);
    this.watches.add(seen);
    return () => {
      this.watches.delete(seen);
      return [...seen].filter((other) => other !== task);
    };
  }

  /**
   * Resolves once those of the others that are active have left, or the signal is aborted. Who waits does not count as
   * active, so that no two tasks ever wait for each other.
   */
  async waitFor(task: string, others: readonly string[], signal: AbortSignal): Promise<void> {
    this.active.delete(task);
    const left = new Set(others.filter((other) => this.active.has(other)));
    if (left.size > 0 && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const wait = { left, end: () => resolve() };
        this.waits.add(wait);
        signal.addEventListener("abort", wait.end, { once: true });
      });
      for (const wait of this.waits) if (wait.left === left) this.waits.delete(wait);
    }
    if (!signal.aborted) this.enter(task);
  }
}

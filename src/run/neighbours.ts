/** A task that ran at the same time as another, and the folder of its attempt. */
export interface Neighbour {
  readonly task: string;
  readonly folder: string;
}

/** Keeps track of which attempts run at the same time. */
export class Neighbours {
  private readonly running = new Map<string, Neighbour & { readonly beside: Neighbour[] }>();

  /** Notes that an attempt begins. Returns those that run beside it, a list that grows while it runs. */
  begin(task: string, folder: string): readonly Neighbour[] {
    const beside: Neighbour[] = [...this.running.values()].map(({ task, folder }) => ({ task, folder }));
    for (const other of this.running.values()) other.beside.push({ task, folder });
    this.running.set(task, { task, folder, beside });
    return beside;
  }

  end(task: string): void {
    this.running.delete(task);
  }
}

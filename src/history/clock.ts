/** A moment, on the clock that people set and on the one that nobody sets. */
export interface Moment {
  /** Milliseconds since 1970. */
  readonly wall: number;
  /** Seconds that this machine has been up; only differences mean anything. Undefined if nobody noted it. */
  readonly monotonic_s?: number | undefined;
}

/** Returns the current moment. The monotonic clock is the same for all processes of a machine. */
export const currentMoment = (): Required<Moment> => ({
  wall: Date.now(),
  monotonic_s: Number(process.hrtime.bigint() / 1_000_000n) / 1000,
});

/** The time of a run: it starts with the wall clock, and follows the monotonic clock from there. Never goes back. */
export class RunClock {
  private start: Moment | undefined;
  /** The latest time so far, in milliseconds since 1970. */
  private last = Number.NEGATIVE_INFINITY;

  /** Returns the time at which a run starts or is resumed. */
  restart(moment: Moment): number {
    this.last = Math.max(this.last, moment.wall);
    this.start = { ...moment, wall: this.last };
    return this.last;
  }

  /** Returns the time of the next event. */
  advance(moment: Moment): number {
    this.last = this.timeOf(moment);
    return this.last;
  }

  /** Returns the time of a moment after the last event. */
  timeOf({ wall, monotonic_s }: Moment): number {
    const since = this.start?.monotonic_s;
    const isMeasured = since !== undefined && monotonic_s !== undefined;
    const time = isMeasured ? (this.start?.wall ?? 0) + Math.round((monotonic_s - since) * 1000) : wall;
    return Math.max(this.last, time);
  }
}

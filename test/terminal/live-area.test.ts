import { EventEmitter } from "node:events";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { LiveArea, type Size } from "../../src/terminal/live-area.ts";
import { Screen } from "../screen.ts";

beforeEach(
  () =>
    void vi.useFakeTimers({
      toFake: [
        "setTimeout",
        "setInterval",
        "setImmediate",
        "clearImmediate",
        "clearTimeout",
        "clearInterval",
      ],
    }),
);
afterEach(() => void vi.useRealTimers());

/** A terminal with an area of a given number of lines, each as wide as possible. */
function terminal(size: Size) {
  const screen = new Screen(size.columns, size.rows, { pipe: true });
  let written = "";
  const stream = Object.assign(new EventEmitter(), size, {
    isTTY: true,
    write(text: string) {
      written += text;
    },
  });
  const state = { lines: 3, frame: 0 };
  const frame = ({ columns, rows }: Size) =>
    Array.from({ length: Math.min(state.lines, rows - 1) }, (_, line) =>
      `${state.frame}:${line} ${"字a".repeat(60)}`.slice(0, Math.floor((columns - 1) / 2)),
    );
  const area = new LiveArea(stream as unknown as NodeJS.WriteStream, frame);
  return {
    screen,
    stream,
    area,
    state,
    frame: () => frame(stream),
    /** Lets one second pass. */
    async settle() {
      vi.advanceTimersByTime(1000);
      const text = written;
      written = "";
      const done = screen.write(text);
      // The emulator reads its input in a timer of its own.
      await vi.advanceTimersByTimeAsync(20);
      await done;
      return text;
    },
    resize(columns: number, rows: number) {
      screen.resize(columns, rows);
      Object.assign(stream, { columns, rows });
      stream.emit("resize");
    },
  };
}

const sizes = (columns: number, rows: number) =>
  fc.record({ columns: fc.integer({ min: columns, max: 120 }), rows: fc.integer({ min: rows, max: 40 }) });
const linesUpTo = (max: number) => fc.record({ lines: fc.integer({ min: 0, max }) });
const prints = fc.record({ print: fc.integer({ min: 1, max: 3 }) });
const some = <T>(one: fc.Arbitrary<T>) => fc.array(one, { minLength: 1, maxLength: 14 });

type Step = { size: Size } | { lines: number } | { print: number } | { aside: string };

/** Takes steps, each drawn before the next, and calls back after each of them. */
async function take(
  { area, stream, state, settle, resize }: ReturnType<typeof terminal>,
  steps: readonly Step[],
  check: (printed: readonly string[]) => void,
) {
  const printed: string[] = [];
  area.start();
  await settle();
  for (const [at, step] of steps.entries()) {
    state.frame = at + 1;
    if ("size" in step) resize(step.size.columns, step.size.rows);
    else if ("lines" in step) state.lines = step.lines;
    else if ("aside" in step) {
      printed.push(step.aside);
      area.aside(() => stream.write(`${step.aside}\n`));
    } else {
      const more = Array.from({ length: step.print }, (_, line) => `printed ${printed.length + line}`);
      printed.push(...more);
      area.print(`${more.join("\n")}\n`);
    }
    await settle();
    check(printed);
  }
  area.stop();
  await settle();
  return printed;
}

test("an area leaves nothing behind, whatever is printed and resized, on a screen with room for it when wrapped", async () => {
  const size = sizes(40, 12);
  const steps = some(
    fc.oneof(
      size.map((size) => ({ size })),
      linesUpTo(3),
      prints,
    ),
  );
  await fc.assert(
    fc.asyncProperty(size, steps, async (size, steps) => {
      const one = terminal(size);
      const all = () => one.screen.rows({ history: true }).filter((row) => row !== "");
      const printed = await take(one, steps, (printed) => {
        expect(all()).toEqual([...printed, ...one.frame()]);
        expect(one.screen.wrapped()).toEqual([]);
      });
      expect(all()).toEqual(printed);
    }),
    { numRuns: 200 },
  );
});

test("an area as high as the screen is all that the screen shows, after any change of size", async () => {
  const size = sizes(20, 3);
  const steps = some(size.map((size) => ({ size })));
  await fc.assert(
    fc.asyncProperty(size, steps, async (size, steps) => {
      const one = terminal(size);
      one.state.lines = 39;
      const shown = () => one.screen.rows().filter((row) => row !== "");
      await take(one, steps, () => expect(shown()).toEqual(one.frame()));
      expect(shown()).toEqual([]);
    }),
    { numRuns: 40 },
  );
});

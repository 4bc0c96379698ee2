import { expect, test } from "vitest";
import { Writers } from "../../src/run/writers.ts";

const never = () => new AbortController().signal;
/** Resolves to whether a promise has resolved by now. */
const hasResolved = (promise: Promise<void>) =>
  Promise.race([promise.then(() => true), new Promise((resolve) => setImmediate(() => resolve(false)))]);

function writersOf(...tasks: string[]): Writers {
  const writers = new Writers();
  for (const task of tasks) writers.enter(task);
  return writers;
}

test("a watch tells who was active meanwhile, also those that have left or come since", () => {
  const writers = writersOf("a", "b");
  const seen = writers.watch("a");
  writers.leave("b");
  writers.enter("c");
  expect(seen()).toEqual(["b", "c"]);
  writers.enter("d");
  expect(writers.watch("a")()).toEqual(["c", "d"]);
});

test("a wait ends once all who were active have left, and not before", async () => {
  const writers = writersOf("a", "b", "c");
  writers.leave("c");
  const wait = writers.waitFor("a", ["b", "c"], never());
  writers.enter("d");
  expect(await hasResolved(wait)).toBe(false);
  writers.leave("b");
  expect(await hasResolved(wait)).toBe(true);
});

test("no two tasks wait for each other", async () => {
  const writers = writersOf("a", "b");
  const a = writers.waitFor("a", ["b"], never());
  expect(writers.watch("b")()).toEqual([]);
  const b = writers.waitFor("b", ["a"], never());
  expect([await hasResolved(b), await hasResolved(a)]).toEqual([true, false]);
  writers.leave("b");
  expect(await hasResolved(a)).toBe(true);
  expect(writers.watch("x")()).toEqual(["a"]);
});

test("however many tasks wait in whatever order, all of them get their turn", async () => {
  const names = ["a", "b", "c", "d", "e"];
  for (const first of names) {
    const order = [first, ...names.filter((name) => name !== first)];
    const writers = writersOf(...names);
    const ends = order.map((name) => writers.waitFor(name, names, never()).then(() => writers.leave(name)));
    expect(await hasResolved(Promise.all(ends).then(() => {}))).toBe(true);
  }
});

test("a wait that is aborted ends, and its task is not active", async () => {
  const writers = writersOf("a", "b");
  const stop = new AbortController();
  const wait = writers.waitFor("a", ["b"], stop.signal);
  stop.abort();
  await wait;
  expect(writers.watch("b")()).toEqual([]);
});

/** A task of a graph to be measured, and the tasks that it depends on, by number. */
export type Graph = readonly (readonly number[])[];

/** A repeatable generator of numbers in [0, 1). */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Tasks in layers of ten. Each depends on up to three tasks of the previous layer. */
export function layered(count: number): Graph {
  const next = random(count);
  return Array.from({ length: count }, (_, task) => {
    const previous = (Math.floor(task / 10) - 1) * 10;
    const depends = previous < 0 ? [] : [next(), next(), next()].map((at) => previous + Math.floor(at * 10));
    return [...new Set(depends)];
  });
}

/** Tasks that each depend on the one before. */
export const chain = (count: number): Graph =>
  Array.from({ length: count }, (_, task) => (task === 0 ? [] : [task - 1]));

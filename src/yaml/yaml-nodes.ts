import { isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap } from "yaml";

/** Start and end in a text, in characters from 0. */
export type Span = readonly [start: number, end: number];

/** The key of a pair in plain data. */
export function keyOf({ key }: Pair): string | undefined {
  if (!isScalar(key)) return undefined;
  // `<<`, if it merges.
  if (typeof key.value === "symbol") return key.value.description;
  return String(key.value ?? "");
}

/** The span of a node without the space and comments after it; undefined if it is empty. */
export function spanOf(node: unknown): Span | undefined {
  const range = (node as Node | null | undefined)?.range;
  return range && range[1] > range[0] ? [range[0], range[1]] : undefined;
}

/** The span of the deepest existing part of a path: of its value or, at the end of the path, of its key. */
export function spanAt(root: unknown, path: readonly (string | number)[], which: "key" | "value"): Span {
  let node = root;
  let found: Span = spanOf(root) ?? [0, 0];
  for (const [depth, step] of path.entries()) {
    const pair = isMap(node) ? pairsOf(node).get(String(step)) : undefined;
    const next = isSeq(node) ? node.items[Number(step)] : pair?.value;
    const wantsKey = which === "key" && depth === path.length - 1;
    const span = (wantsKey ? undefined : spanOf(next)) ?? spanOf(pair?.key) ?? spanOf(next);
    if (!span) break;
    found = span;
    node = next;
  }
  return found;
}

/** Pairs by key: searching all pairs of a large map for each of them takes quadratic time. */
const indexes = new WeakMap<YAMLMap, ReadonlyMap<string | undefined, Pair>>();

function pairsOf(map: YAMLMap): ReadonlyMap<string | undefined, Pair> {
  const index = indexes.get(map) ?? new Map(map.items.map((pair) => [keyOf(pair), pair]));
  indexes.set(map, index);
  return index;
}

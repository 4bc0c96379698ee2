import { isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap } from "yaml";

/** Start and end in a text, in characters from 0. */
export type Span = readonly [start: number, end: number];

/** A map's key as it is called in the plain value that is made of the map. */
export function keyOf({ key }: Pair): string | undefined {
  if (!isScalar(key)) return undefined;
  // `<<`, where it merges.
  if (typeof key.value === "symbol") return key.value.description;
  return String(key.value ?? "");
}

/** Where a node stands, without the space and comments behind it; nothing where it takes up no room. */
export function spanOf(node: unknown): Span | undefined {
  const range = (node as Node | null | undefined)?.range;
  return range && range[1] > range[0] ? [range[0], range[1]] : undefined;
}

/** Where the deepest part of a path that there is stands: its value or, at the path's end, its key. */
export function spanAt(root: unknown, path: readonly (string | number)[], which: "key" | "value"): Span {
  let node = root;
  let found: Span = spanOf(root) ?? [0, 0];
  for (const [depth, step] of path.entries()) {
    const pair = isMap(node) ? pairsOf(node).get(String(step)) : undefined;
    const next = pair ? pair.value : isSeq(node) ? node.items[Number(step)] : undefined;
    const wantsKey = which === "key" && depth === path.length - 1;
    const span = (wantsKey ? undefined : spanOf(next)) ?? spanOf(pair?.key) ?? spanOf(next);
    if (!span) break;
    found = span;
    node = next;
  }
  return found;
}

/** By key, for a search through the pairs of a large map for each of them would take for ever. */
const indexes = new WeakMap<YAMLMap, ReadonlyMap<string | undefined, Pair>>();

function pairsOf(map: YAMLMap): ReadonlyMap<string | undefined, Pair> {
  const index = indexes.get(map) ?? new Map(map.items.map((pair) => [keyOf(pair), pair]));
  indexes.set(map, index);
  return index;
}

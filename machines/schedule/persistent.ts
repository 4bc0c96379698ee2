/**
 * Structures that the orchestrator's context is made of: each change gives a new value and shares the rest with the
 * old one. A model test holds thousands of contexts at once, and a copy of all tasks per event does not scale.
 */

/** Elements, or branches, of one node. */
const width = 32;

type Branch<T> = readonly (T | Branch<T>)[];

/** A fixed-length array as a tree of small arrays; setting an element copies the nodes above it and no others. */
export class Chunked<T> {
  private constructor(
    private readonly root: Branch<T>,
    /** How many indexes each branch of the root covers. */
    private readonly span: number,
  ) {}

  static from<T>(values: readonly T[]): Chunked<T> {
    let nodes: Branch<T> = values;
    let span = 1;
    for (; nodes.length > width; span *= width) {
      const parents: Branch<T>[] = [];
      for (let at = 0; at < nodes.length; at += width) parents.push(nodes.slice(at, at + width));
      nodes = parents;
    }
    return new Chunked(nodes.slice(), span);
  }

  /** The element at an index that is inside the array. */
  at(index: number): T {
    let node = this.root;
    for (let span = this.span; span > 1; span /= width)
      node = node[Math.floor(index / span) % width] as Branch<T>;
    return node[index % width] as T;
  }

  with(index: number, value: T): Chunked<T> {
    return new Chunked(replaced(this.root, this.span, index, value), this.span);
  }

  toArray(): T[] {
    let nodes = this.root;
    for (let span = this.span; span > 1; span /= width) nodes = nodes.flat() as Branch<T>;
    return nodes as T[];
  }
}

function replaced<T>(node: Branch<T>, span: number, index: number, value: T): Branch<T> {
  const copy = node.slice();
  const at = Math.floor(index / span) % width;
  copy[at] = span === 1 ? value : replaced(node[at] as Branch<T>, span / width, index, value);
  return copy;
}

/** A set of small whole numbers that is walked in ascending order. */
export class NumberSet {
  private constructor(
    private readonly words: Uint32Array,
    readonly size: number,
  ) {}

  /** Of distinct numbers from 0 to `capacity - 1`. */
  static from(capacity: number, values: readonly number[]): NumberSet {
    const words = new Uint32Array(Math.ceil(capacity / 32));
    for (const value of values) words[value >>> 5] = (words[value >>> 5] ?? 0) | (1 << (value & 31));
    return new NumberSet(words, values.length);
  }

  has(value: number): boolean {
    return ((this.words[value >>> 5] ?? 0) & (1 << (value & 31))) !== 0;
  }

  with(value: number): NumberSet {
    return this.has(value) ? this : this.toggled(value, this.size + 1);
  }

  without(value: number): NumberSet {
    return this.has(value) ? this.toggled(value, this.size - 1) : this;
  }

  private toggled(value: number, size: number): NumberSet {
    const words = this.words.slice();
    words[value >>> 5] = (words[value >>> 5] ?? 0) ^ (1 << (value & 31));
    return new NumberSet(words, size);
  }

  *[Symbol.iterator](): Generator<number> {
    if (this.size === 0) return;
    for (let word = 0; word < this.words.length; word += 1) {
      for (let bits = this.words[word] ?? 0; bits !== 0; bits &= bits - 1) {
        yield word * 32 + 31 - Math.clz32(bits & -bits);
      }
    }
  }
}

/**
 * Structures that the orchestrator's context is made of: each change gives a new value and shares the rest with the
 * old one. A model test holds thousands of contexts at once, and a copy of all tasks per event does not scale.
 */

const width = 64;

/** A fixed-length array in chunks; setting an element copies one chunk and the list of chunks. */
export class Chunked<T> {
  private constructor(private readonly chunks: readonly (readonly T[])[]) {}

  static from<T>(values: readonly T[]): Chunked<T> {
    const chunks: T[][] = [];
    for (let at = 0; at < values.length; at += width) chunks.push(values.slice(at, at + width));
    return new Chunked(chunks);
  }

  /** The element at an index that is inside the array. */
  at(index: number): T {
    return this.chunks[Math.floor(index / width)]?.[index % width] as T;
  }

  with(index: number, value: T): Chunked<T> {
    const chunks = this.chunks.slice();
    const chunk = (chunks[Math.floor(index / width)] ?? []).slice();
    chunk[index % width] = value;
    chunks[Math.floor(index / width)] = chunk;
    return new Chunked(chunks);
  }

  toArray(): T[] {
    return this.chunks.flat();
  }
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

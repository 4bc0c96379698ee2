import type { Shape } from "./model.ts";

/** Graphs of four to seven tasks, each with something of its own to get wrong. */
export const shapes: Readonly<Record<string, Shape>> = {
  diamond: { stages: [{ a: "", b: "a", c: "a", d: "b c" }] },
  "fan-out and fan-in": { stages: [{ a: "", b: "a", c: "a", d: "a", e: "b c d" }], maxParallel: 3 },
  "two chains with a cross edge": { stages: [{ a: "", b: "a", c: "b", x: "", y: "x a", z: "y" }] },
  "stages as barriers": {
    stages: [
      { a: "", b: "" },
      { c: "", d: "b" },
      { e: "d", f: "" },
    ],
  },
  "relaxed barriers": {
    stages: [
      { a: "", b: "" },
      { c: "b", d: "" },
      { e: "c", f: "" },
    ],
    relaxed: true,
  },
  "shared files": {
    stages: [{ a: "", b: "", c: "a", d: "b", e: "" }],
    files: { a: ["src/x.ts"], b: ["src"], c: ["docs/y.md"], d: ["docs/y.md"], e: ["src/x.ts"] },
    maxParallel: 3,
  },
  "a wide graph of seven": { stages: [{ a: "", b: "", c: "a", d: "a b", e: "b", f: "c d", g: "e f" }] },
  "batches with a dependency inside": {
    stages: [
      { a: "", b: "a", c: "" },
      { d: "", e: "b" },
    ],
    pause: true,
  },
};

import { posix } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { locksOf, normalisePath } from "../../../machines/schedule/locks.ts";

/** Whether one of two plain paths is the other, or holds it, by their absolute forms in a deep directory. */
function overlap(a: string, b: string): boolean {
  const [one, other] = [a, b].map((path) => posix.resolve("/w/x/y/z/project", path));
  const holds = (outer = "", inner = "") =>
    inner === outer || inner.startsWith(outer === "/" ? "/" : `${outer}/`);
  return holds(one, other) || holds(other, one);
}

const path = fc.oneof(
  fc
    .array(fc.constantFrom("a", "b", "c", "ab", ".", ".."), { minLength: 1, maxLength: 4 })
    .map((parts) => parts.join("/")),
  fc.array(fc.constantFrom("a", "b"), { maxLength: 3 }).map((parts) => `/${parts.join("/")}`),
  fc.constantFrom("a/", "./a", "a//b", ".", "..", "../a", "../../a", "/"),
);
const files = fc.array(fc.array(path, { maxLength: 4 }), { maxLength: 8 });

describe("two tasks hold a lock in common if and only if one's paths overlap the other's", () => {
  test("relative paths and their directories", () => {
    fc.assert(
      fc.property(files, (list) => {
        const relative = list.map((paths) => paths.filter((one) => !one.startsWith("/")));
        const { of, holders, paths } = locksOf(relative);
        for (const [a, mine] of relative.entries()) {
          for (const [b, others] of relative.entries()) {
            if (a >= b) continue;
            const naive = mine.some((one) => others.some((other) => overlap(one, other)));
            const shared = (of[a] ?? []).some((lock) => of[b]?.includes(lock));
            expect({ mine, others, shared }).toEqual({ mine, others, shared: naive });
          }
        }
        expect(paths).toHaveLength(holders.length);
        for (const [lock, tasks] of holders.entries()) {
          expect(tasks.length).toBeGreaterThan(1);
          expect(tasks).toEqual([...new Set(tasks)].sort((x, y) => x - y));
          for (const task of tasks) expect(of[task]).toContain(lock);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test("absolute ones among themselves", () => {
    const absolute = fc.array(
      fc.array(fc.constantFrom("/", "/a", "/a/b", "/ab", "/a/b/c", "/b/"), { maxLength: 3 }),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(absolute, (list) => {
        const { of } = locksOf(list);
        list.forEach((mine, a) => {
          list.forEach((others, b) => {
            if (a >= b) return;
            const naive = mine.some((one) => others.some((other) => overlap(one, other)));
            expect((of[a] ?? []).some((lock) => of[b]?.includes(lock))).toBe(naive);
          });
        });
      }),
    );
  });
});

test("a thousand tasks with one file are one lock, and ten thousand with their own are none", () => {
  const one = locksOf(Array.from({ length: 1000 }, () => ["src/x.ts"]));
  expect(one.holders).toHaveLength(1);
  expect(locksOf(Array.from({ length: 10_000 }, (_, at) => [`src/${at}/x.ts`])).holders).toEqual([]);
});

test.each([
  ["src/a.ts", "src/a.ts"],
  ["./src//a.ts", "src/a.ts"],
  ["src/", "src"],
  [" src/a.ts ", "src/a.ts"],
  ["src/a.ts:10-20", "src/a.ts"],
  ["src/a.ts:10,15:3", "src/a.ts"],
  ["src/a.ts#L10", "src/a.ts"],
  ["src/a.ts#L10-L20", "src/a.ts"],
  ["`src/a.ts`", "src/a.ts"],
  ["`src/a.ts:10` (modify)", "src/a.ts"],
  ["src/a.ts (new)", "src/a.ts"],
  ["app/(group)/page.tsx", "app/(group)/page.tsx"],
  ["src/**/*.ts", "src"],
  ["src/{a,b}.ts", "src"],
  ["*.md", "."],
  ["src/a?.ts", "src"],
  ["/etc/*", "/etc"],
  ["/*", "/"],
  ["app/[id]/page.tsx", "app/[id]/page.tsx"],
  ["a/../b", "b"],
  ["", "."],
])("%j counts as %j", (written, meant) => {
  expect(normalisePath(written)).toBe(meant);
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { share } from "../../src/text/share.ts";

test.each([
  [[10, 10], 100, [10, 10]],
  [[100, 100], 50, [25, 25]],
  [[5, 100, 100], 45, [5, 20, 20]],
  [[100, 5, 0, 20], 60, [35, 5, 0, 20]],
  [[3, 3, 3], 8, [2, 3, 3]],
  [[7], -1, [0]],
  [[], 10, []],
])("needs of %j share %i as %j", (needs, total, shares) => {
  expect(share(needs, total)).toEqual(shares);
});

test("the whole total is shared or all needs are met, and no share exceeds an unmet one by more than one", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1000), { maxLength: 20 }), fc.nat(5000), (needs, total) => {
      const shares = share(needs, total);
      const given = shares.reduce((sum, value) => sum + value, 0);
      const needed = needs.reduce((sum, value) => sum + value, 0);
      expect(given).toBe(Math.min(needed, total));
      const cut = shares.filter((value, at) => value < (needs[at] ?? 0));
      for (const [at, value] of shares.entries()) {
        expect(value).toBeLessThanOrEqual(needs[at] ?? 0);
        for (const less of cut) expect(value).toBeLessThanOrEqual(less + 1);
      }
    }),
  );
});

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { derive } from "../../src/derive/derive.ts";
import { buildManifest } from "../../src/derive/derived-manifest.ts";
import { parsePlan } from "../../src/plan/parse-plan.ts";
import { corpus, expectedPlans, hasCorpus } from "../corpus.ts";
import { score } from "./score.ts";

// Bounds just below the measured values; raise them with every improvement.
describe.skipIf(!hasCorpus)(
  "manifests derived from real plans, compared with their authors' manifests",
  () => {
    const scored = score(
      expectedPlans().map((plan) => {
        const file = join(corpus, `${plan.name}.md`);
        const { plan: read } = parsePlan(readFileSync(file, "utf8"), file);
        return { author: plan.stages, derived: buildManifest(read, derive(read)).manifest.stages };
      }),
    );
    test("derived manifests keep the order that authors state", () =>
      expect(scored.recall).toBeGreaterThanOrEqual(0.973));
    test("derived manifests mostly leave unordered what authors leave unordered", () =>
      expect(scored.extra).toBeLessThanOrEqual(0.385));
    test("the longest derived chain is no longer than the author's", () =>
      expect(scored.critical).toBeLessThanOrEqual(1));
    test("derived file lists match the author's", () => {
      expect(scored.filePrecision).toBeGreaterThanOrEqual(0.909);
      expect(scored.fileRecall).toBeGreaterThanOrEqual(0.928);
    });
  },
);

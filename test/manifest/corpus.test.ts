import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { stageOrder, taskGraph } from "../../machines/schedule/graph.ts";
import { waitsFor } from "../../machines/schedule/order.ts";
import { loadManifest } from "../../src/manifest/load.ts";
import { isError } from "../../src/problem.ts";
import { corpus, expectedPlans, hasCorpus } from "../corpus.ts";

const plans = expectedPlans().map((plan) => [plan.name, plan] as const);

describe.skipIf(!hasCorpus)("on real manifests", () => {
  test("there are 45 manifests", () => expect(plans).toHaveLength(45));

  test.each(plans)("%s is valid, and its tasks wait for the expected ones", async (name, expected) => {
    const { manifest, problems } = await loadManifest(join(corpus, `${name}.exec.yaml`));
    expect(problems.filter(isError)).toEqual([]);
    if (!manifest) throw new Error("no manifest without an error");
    const graph = taskGraph(manifest);
    const ids = graph.tasks.map(({ id }) => id);
    const waits = waitsFor(stageOrder(graph, manifest.stage_barriers));
    const named = ids.map((id, task) => [id, (waits[task] ?? []).map((need) => ids[need]).sort()]);
    const due = Object.entries(expected.waits_for).map(([id, needs]) => [id, [...needs].sort()]);
    expect(Object.fromEntries(named)).toEqual(Object.fromEntries(due));
    expect(manifest.mode).toBe(expected.mode);
  });
});

import { expect, test } from "vitest";
import { derive } from "../../src/derive/derive.ts";
import { buildManifest } from "../../src/derive/derived-manifest.ts";
import { checkManifest } from "../../src/manifest/load.ts";
import { parsePlan } from "../../src/plan/parse-plan.ts";
import { manifestUpdate, updatedText } from "../../src/sync/update.ts";
import { manifestText, unexplained } from "../../src/sync/write.ts";
import { parseYaml } from "../../src/yaml/yaml-file.ts";

const derivedFrom = (text: string) => {
  const { plan } = parsePlan(text, "plan.md");
  return buildManifest(plan, derive(plan)).manifest;
};

async function updated(text: string, plan: string): Promise<string | undefined> {
  const derived = derivedFrom(plan);
  const { manifest } = await checkManifest(parseYaml("plan.exec.yaml", text));
  if (!manifest) throw new Error(text);
  const remarks = (id: string) => (id === "task-2" ? ['task-1: "Task 1" [field]'] : []);
  return updatedText(text, derived, manifestUpdate(text, manifest, { derived }), remarks);
}

const plan = "# P\n\n### Task 1: A\n\n### Task 2: B\n\n**Depends on:** none\n";

/** A new manifest in the words of 0.1.0. */
const first = manifestText(derivedFrom(plan), "plan.md", (id) => (id === "task-2" ? [unexplained] : []))
  .replace(
    /^# Record of .*/m,
    "# What was derived, by which --update tells your edits from the plan's; leave it here:",
  )
  .replace(/LOOK: .*/, "LOOK: nothing in the plan tells what this task waits for");

test("a manifest of 0.1.0 stays byte for byte if the plan has not changed", async () => {
  expect(first).toMatch(/^# What was derived/m);
  expect(await updated(first, plan)).toBe(first);
});

test("the remark of 0.1.0 on a task without evidence goes when the plan gives it a dependency", async () => {
  expect(first).toContain("# LOOK: nothing");
  const text = await updated(first, plan.replace("none", "Task 1"));
  expect(text).toContain('        # task-1: "Task 1" [field]\n        depends: [task-1]\n');
  expect(text).not.toContain("LOOK");
  expect(text?.match(/^# What was derived/gm)).toHaveLength(1);
});

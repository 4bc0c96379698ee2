import { basename, dirname, join } from "node:path";
import { exists } from "../text/on-disk.ts";
import type { YamlFile } from "../yaml/yaml-file.ts";

/** Where the plan of a derived manifest lay: beside it, under the name in its first comments. */
export function planNamedIn({ path, text }: Pick<YamlFile, "path" | "text">): string {
  const [, name] = /^# Derived from (.+?) by `interserve plan`/m.exec(text) ?? [];
  return name ? join(dirname(path), basename(name)) : path.replace(/(\.exec)?\.ya?ml$/i, ".md");
}

/** Finds the plan beside a manifest: that of its name, or the one that it says it was derived from. */
export async function planBeside(manifest: string, file: YamlFile | undefined): Promise<string | undefined> {
  const named = [".md", ".markdown", ".json"].map((ending) => manifest.replace(/\.exec\.ya?ml$/i, ending));
  const origin = file?.text.includes("# Derived from ") ? [planNamedIn(file)] : [];
  for (const plan of [...named, ...origin]) if (plan !== manifest && (await exists(plan))) return plan;
  return undefined;
}

/** Finds the manifest beside a plan. */
export async function manifestBeside(plan: string): Promise<string | undefined> {
  for (const ending of [".exec.yaml", ".exec.yml"]) {
    const manifest = plan.replace(/\.(md|markdown)$/i, ending);
    if (await exists(manifest)) return manifest;
  }
  return undefined;
}

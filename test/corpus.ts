import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Real plans and their authors' manifests, which are not part of this repository: absent on most machines. */
export const corpus =
  process.env.INTERSERVE_CORPUS ?? fileURLToPath(new URL("../../shared/corpus", import.meta.url));
export const hasCorpus = existsSync(join(corpus, "expected.json"));

export interface Expected {
  readonly name: string;
  readonly mode: string;
  readonly stages: readonly {
    readonly name: string;
    readonly tasks: readonly { readonly id: string; readonly title: string }[];
  }[];
  readonly waits_for: Readonly<Record<string, readonly string[]>>;
}
export const expectedPlans = (): Expected[] =>
  hasCorpus ? JSON.parse(readFileSync(join(corpus, "expected.json"), "utf8")) : [];

import { join, relative } from "node:path";
import { findRepository } from "../git/repository.ts";
import { exists } from "../text/on-disk.ts";
import { shellWord } from "../text/printable.ts";
import { configName } from "./config-name.ts";

/**
 * Says that a project directory which nobody has named lies below the root of its repository. Resolves with undefined if
 * it does not, or has a configuration of its own.
 */
export async function belowRoot(projectDir: string): Promise<string | undefined> {
  const repository = await findRepository(projectDir);
  if (!repository || (await exists(join(projectDir, configName)))) return undefined;
  const root = relative(projectDir, repository.root);
  // Links may lead anywhere.
  if (!/^\.\.([/\\]\.\.)*$/.test(root)) return undefined;
  const isConfigured = await exists(join(repository.root, configName));
  return [
    `agents work in ${projectDir}, below the root of its repository, ${repository.root}`,
    ...(isConfigured ? [`the root's ${configName} is not read`] : []),
    `use --project-dir ${shellWord(root)} to work in the root, or --project-dir . to stay here`,
  ].join("; ");
}

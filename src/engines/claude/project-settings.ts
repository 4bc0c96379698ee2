import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** A file in which a project gives Claude Code settings, such as hooks. Claude Code follows it in print mode unasked. */
export interface ProjectSettings {
  /** The path from the project: `.claude/settings.json`. */
  readonly name: string;
  /** Its settings without those that give a project nothing; the text of a file that is no JSON. */
  readonly value: unknown;
}

const files = ["settings.json", "settings.local.json"];

/** Settings that start nothing and allow nothing. */
const harmless = ["$schema", "model", "outputStyle", "language", "attribution", "includeCoAuthoredBy"];

/** Reads the files with settings for Claude Code that are in a project and give it something. */
export async function readProjectSettings(projectDir: string): Promise<ProjectSettings[]> {
  const read = files.map(async (file): Promise<ProjectSettings[]> => {
    const text = await readFile(join(projectDir, ".claude", file), "utf8").catch(() => "");
    const value = givingParts(text);
    return value === undefined ? [] : [{ name: `.claude/${file}`, value }];
  });
  return (await Promise.all(read)).flat();
}

function givingParts(text: string): unknown {
  if (text.trim() === "") return undefined;
  try {
    const { permissions: { deny: _deny, ask: _ask, ...permissions } = {}, ...rest } = JSON.parse(text);
    const others = Object.entries(rest).filter(([key]) => !harmless.includes(key));
    const given = [...others, ...(Object.keys(permissions).length > 0 ? [["permissions", permissions]] : [])];
    return given.length === 0 ? undefined : Object.fromEntries(given);
  } catch {
    return text;
  }
}

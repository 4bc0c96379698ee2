import { delimiter, isAbsolute } from "node:path";

/** The folders on PATH, without relative ones, which would name another program in each project. */
export const foldersOn = (path = ""): string[] =>
  path.split(delimiter).filter((folder) => isAbsolute(folder));

import { isFileName, plainPath } from "./file-names.ts";

/** The start of a sentence that gives an instruction. */
const begin = String.raw`(?:^[^\p{L}\p{N}\n]{0,40}(?:(?:Step|步骤)\s*[\w.]{1,10}\s*[:：.—–-][:：*—–\s-]{0,10})?(?:Also\s+)?|[.;。；]\s+(?:Then\s+)?|[\s,，](?:and\s+)?then\s+)`;
/** `Create \`a.ts\`:`, `Add to \`a.ts\`:`, `Step 2: Write \`a.ts\``; in Chinese `创建 \`a.ts\``. */
const writes = new RegExp(
  String.raw`${begin}(?:(?:create|write|add to|append to|extend|update|edit|modify|replace)(?:\s+the)?(?:\s+file)?\s+|(?:创建|新建|新增|修改|更新|编写|编辑)(?:文件)?[ ：:]{0,3})${"(?=`)"}`,
  "gimu",
);
/** `In \`a.ts\`, add:`. */
const places = new RegExp(String.raw`${begin}In\s+${"`([^`\\s]+)`"}\s*[,:]`, "gimu");
const listed = /`([^`\s]+)`(?:,?\s+and\s+|,\s*|、|\s*和\s*)?/y;

/**
 * Finds the files that steps write. Paths count only right after the first word: elsewhere in a sentence they may play
 * another part.
 */
export function stepFiles(prose: string): string[] {
  const found = [...prose.matchAll(writes)].flatMap(({ 0: { length }, index }) =>
    pathsFrom(prose, index + length),
  );
  const within = [...prose.matchAll(places)].map(([, path = ""]) => path);
  return [...new Set([...found, ...within].map(plainPath).filter(isFileName))];
}

/** Reads a list of paths from an index on. */
function pathsFrom(prose: string, start: number): string[] {
  const paths: string[] = [];
  listed.lastIndex = start;
  for (let found = listed.exec(prose); found; found = listed.exec(prose)) paths.push(found[1] ?? "");
  return paths;
}

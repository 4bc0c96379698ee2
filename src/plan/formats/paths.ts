import { endings, isFileName, isOutside } from "../files/file-names.ts";

const segment = String.raw`(?:\([\w-]{1,60}\)|(?:\[{1,2}[\w.-]{1,60}\]{1,2}|[\w.@~*-]){1,100})`;
const word = new RegExp(
  String.raw`(?<![\w/.}@-])(?:${segment}?(?:\/${segment})+\/?|\.?[\w-]{1,100}(?:\.[\w-]{1,40})*\.(?:${endings})(?![\w-]|\.\w)|\.(?:env|\w+rc|\w+ignore|gitattributes|editorconfig|python-version)(?![\w.-])|(?:Dockerfile|Makefile|Gemfile|Procfile)(?![\w-]))`,
  "g",
);
const libraries =
  /^(?:node|next|nuxt|vue|express|react|three|d3|chart|discord|socket|alpine|nest|p5)\.js(?:\/|$)/i;
/** Parts that make two words with a slash between them a path, whatever the extension. */
const directory = /^(?:\.?\/)?(?:src|lib|tests?|app)\//;
const addresses = /\b[a-z]{2,10}:\/\/[^\s()<>\]`"']{1,500}/gi;

/** Words before a path that is only looked at, or that leads to another one. */
const reference =
  /\b(?:per|see|refs?|from|via|using|uses?|like|as in|matching|match(?:es)?|mirror(?:s|ing)?|follow(?:s|ing)?|against|consult|reads?|imports?|(?:defined|described|documented|specified|listed|loaded|found) (?:in|by|from)|according to|based on|consistent with|copy of)[:\s]+(?:the |an? |existing )*[`"'[(]*$/i;
/** Words for a place that something is removed from: it is written too. */
const takenFrom =
  /\b(?:remov|delet|mov|migrat|extract|drop|split|renam|export)(?:e|es|ed|ing|s)?\b[^.;:]*\bfrom\b[^.;:]*$/i;

/**
 * Finds the paths that a task writes, in its text: with a slash and an extension, or a file name with a known one. With
 * `directories`, also paths that end in a slash, and directories below `src` and the like.
 */
export function writtenIn(markdown: string, { directories = false } = {}): string[] {
  const text = plainText(markdown);
  const found = [...text.matchAll(word)].flatMap(({ 0: raw, index }): string[] => {
    const path = raw.replace(/\.+$/, "");
    const next = text[index + raw.length] ?? "";
    // Part of a pattern: `users/{id}`, `<root>/x`.
    if (/[{<$]/.test(next) && !/\.\w+$/.test(path)) return [];
    const isQuoted = next === "`" && text[index - 1] === "`";
    if (!isFile(path, isQuoted) && !(directories && isDirectory(path))) return [];
    const before = text.slice(Math.max(0, index - 80), index);
    return reference.test(before) && !takenFrom.test(before) ? [] : [path];
  });
  // `Button.vue` and `src/Button.vue` in one text are the same file.
  return [...new Set(found)].filter((path) => !found.some((other) => other.endsWith(`/${path}`)));
}

/** Removes addresses, bold and escapes, and turns backslashes into slashes. */
const plainText = (markdown: string): string =>
  markdown
    .replace(addresses, " ")
    .replace(/\*\*(?=[\w.])|(?<=\w)\*\*/g, "")
    .replace(/\\(?=[_*[\]])/g, "")
    .replace(/(?<=[\w:])\\{1,2}(?=\w)/g, "/");

function isFile(path: string, isQuoted: boolean): boolean {
  if (!isFileName(path) || isElsewhere(path) || libraries.test(path) || /^[\d.]+\//.test(path)) return false;
  // `pass/fail.test` is two words.
  return isQuoted || known.test(path) || path.split("/").length !== 2 || directory.test(path);
}
const known = new RegExp(String.raw`\.(?:${endings})$|(?:^|\/)\.?[\w-]+$`, "i");

const isDirectory = (path: string): boolean =>
  !isElsewhere(path) && /^[\w.@()[\]/-]+$/.test(path) && (path.endsWith("/") || directory.test(path));

const isElsewhere = (path: string): boolean =>
  path.startsWith("/") || path.startsWith("@") || isOutside(path);

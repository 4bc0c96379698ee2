import { endings, isFileName, isOutside } from "../files/file-names.ts";

const segment = String.raw`(?:\([\w-]{1,60}\)|(?:\[{1,2}[\w.-]{1,60}\]{1,2}|[\w.@~*-]){1,100})`;
const word = new RegExp(
  String.raw`(?<![\w/.}@-])(?:${segment}?(?:\/${segment})+\/?|\.?[\w-]{1,100}(?:\.[\w-]{1,40})*\.(?:${endings})(?![\w-]|\.\w)|\.(?:env|\w+rc|\w+ignore|gitattributes|editorconfig|python-version)(?![\w.-])|(?:Dockerfile|Makefile|Gemfile|Procfile)(?![\w-]))`,
  "g",
);
const libraries =
  /^(?:node|next|nuxt|vue|express|react|three|d3|chart|discord|socket|alpine|nest|p5)\.js(?:\/|$)/i;
/** What two words with a slash between them are a file's path by, whatever its ending is. */
const directory = /^(?:\.?\/)?(?:src|lib|tests?|app)\//;
const addresses = /\b[a-z]{2,10}:\/\/[^\s()<>\]`"']{1,500}/gi;

/** What a text before a path says of it when the path is only looked at, or where another is to be found. */
const reference =
  /\b(?:per|see|refs?|from|via|using|uses?|like|as in|matching|match(?:es)?|mirror(?:s|ing)?|follow(?:s|ing)?|against|consult|reads?|imports?|(?:defined|described|documented|specified|listed|loaded|found) (?:in|by|from)|according to|based on|consistent with|copy of)[:\s]+(?:the |an? |existing )*[`"'[(]*$/i;
/** The place that something is taken away from is written too. */
const takenFrom =
  /\b(?:remov|delet|mov|migrat|extract|drop|split|renam|export)(?:e|es|ed|ing|s)?\b[^.;:]*\bfrom\b[^.;:]*$/i;

/**
 * The paths that a text of a task says it writes: with a slash and an ending, or a file's name with a known one.
 * With `directories` also those that end in a slash, and directories below `src` and the like.
 */
export function writtenIn(markdown: string, { directories = false } = {}): string[] {
  const text = plainText(markdown);
  const found = [...text.matchAll(word)].flatMap(({ 0: raw, index }): string[] => {
    const path = raw.replace(/\.+$/, "");
    const next = text[index + raw.length] ?? "";
    // `users/{id}`, `<root>/x`: a pattern, of which this is a part.
    if (/[{<$]/.test(next) && !/\.\w+$/.test(path)) return [];
    const isQuoted = next === "`" && text[index - 1] === "`";
    if (!isFile(path, isQuoted) && !(directories && isDirectory(path))) return [];
    const before = text.slice(Math.max(0, index - 80), index);
    return reference.test(before) && !takenFrom.test(before) ? [] : [path];
  });
  // `Button.vue` and `src/Button.vue` in one text are one file.
  return [...new Set(found)].filter((path) => !found.some((other) => other.endsWith(`/${path}`)));
}

/** Without addresses, bold and escapes, and with slashes where Windows has backslashes. */
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

import { posix } from "node:path";

/** Endings of files that are named without a directory; other words with a dot are members: `form.state`. */
export const endings =
  "[cm]?[jt]sx?|py|go|rs|java|kts?|rb|php|cs|cpp|cc?|hpp|h|swift|dart|scala|exs?|erl|lua|sql|sh|bash|ps1|s?css|less|html?|vue|svelte|astro|jsonc?|ya?ml|toml|ini|cfg|conf|env|mdx?|rst|txt|csv|xml|proto|graphql|prisma|tf|gradle|lock|mod|sum|svg|png|ipynb|tmpl|j2|hbs|ejs|erb|example|service|plist|csproj|sln";

/** Files without an ending; others of their kind, such as `Dockerfile`, tell by their last letters. */
const wellKnown =
  /^(?:LICENSE|NOTICE|CODEOWNERS|CHANGELOG|README|VERSION|(?!Profile)[A-Z]\w{0,40}file|(?:make|docker|just)file)$/;
const dotfile = /^\.[A-Za-z][\w.-]{0,60}$/;
/** Other words with a leading dot are endings: `.sh`. */
const knownDotfile =
  /^\.(?:env(?:\.[\w.-]+)?|\w+rc|\w+ignore|git(?:attributes|modules|keep)|editorconfig|[\w-]+-versions?)$/;
const knownEnding = new RegExp(String.raw`[^/.]\.(?:${endings})$`, "i");
/** A member of an object has such an ending too: alone it makes a file only of what has a directory. */
const anyEnding = /[^/.]\.(?:(?!v\d)[a-z][a-z0-9_]{0,11}|[A-Z]{1,4})$/;
const isDrive = /^[A-Za-z]:\//;

/** A path as a plan writes it: without line range or anchor, and with slashes where Windows has backslashes. */
export function plainPath(written: string): string {
  const path = written.trim().replace(/\\{1,2}/g, "/");
  const from = Math.max(path.lastIndexOf("/"), isDrive.test(path) ? 1 : 0);
  const range = path.slice(from).search(/:|#L\d/);
  return range < 0 ? path : path.slice(0, from + range);
}

/** What is a file wherever it stands: a directory and an ending, or a name that only files have. */
export function isFileName(path: string): boolean {
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (!isPathLike(path) || isAddress(path)) return false;
  if (knownEnding.test(name) || wellKnown.test(name) || knownDotfile.test(name)) return true;
  return path.includes("/") && (anyEnding.test(name) || dotfile.test(name));
}

/** What is a path where the plan says that one stands: directories and names without an ending too. */
export function isPlacedPath(path: string): boolean {
  if (isFileName(path)) return true;
  if (!isPathLike(path) || isAddress(path)) return false;
  return path.includes("/")
    ? !path.startsWith("/") || path.endsWith("/")
    : anyEnding.test(path) || dotfile.test(path);
}

/** One word; brackets and `$` are parts of the names of routes: `app/(shop)/[id]/$slug.tsx`. */
const isPathLike = (path: string): boolean =>
  path.length <= 4096 &&
  /^(?:\([\w.-]{1,60}\)(?=\/)|[^\s`'"()<>|;&\p{C}])+$/u.test(path) &&
  !/^(?:-|\$|@\/|\.{0,3}\/?$)/.test(path);

/** `https://…`, a version, a package: `v1.2`, `@scope/name`, `example.com/module.v2`. */
const isAddress = (path: string): boolean =>
  /^\w{2,20}:\/\/|^v?\d+(?:\.\d+)+$|^@[\w-]+\/[\w-]+$|^(?:[\w-]{1,60}\.){1,3}(?:com|org|net|io|dev|in)\//.test(
    path,
  );

/** What lies outside of any project: another directory beside it, a person's home, the system's own. */
export const isOutside = (path: string): boolean => {
  const plain =
    path.startsWith("/") || path.includes("..") ? posix.normalize(path) : path.replace(/^(?:\.\/)+/, "");
  return outside.test(plain);
};
const outside =
  /^(?:~|\.\.(?:\/|$)|\/(?:home|Users)\/[^/]+\/\.|\/(?:etc|usr|bin|sbin|lib|boot|dev|proc|root|sys|var|Library|System)\/|[A-Za-z]:\/(?:Windows|Program Files)\b)/;

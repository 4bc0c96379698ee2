import { posix } from "node:path";

/** Extensions of files that may be named without a directory; other words with a dot are members: `form.state`. */
export const endings =
  "[cm]?[jt]sx?|py|go|rs|java|kts?|rb|php|cs|cpp|cc?|hpp|h|swift|dart|scala|exs?|erl|lua|sql|sh|bash|ps1|s?css|less|html?|vue|svelte|astro|jsonc?|ya?ml|toml|ini|cfg|conf|env|mdx?|rst|txt|csv|xml|proto|graphql|prisma|tf|gradle|lock|mod|sum|svg|png|ipynb|tmpl|j2|hbs|ejs|erb|example|service|plist|csproj|sln";

/** Files without an extension; others, such as `Dockerfile`, are recognised by their last letters. */
const wellKnown =
  /^(?:LICENSE|NOTICE|CODEOWNERS|CHANGELOG|README|VERSION|(?!Profile)[A-Z]\w{0,40}file|(?:make|docker|just)file)$/;
const dotfile = /^\.[A-Za-z][\w.-]{0,60}$/;
/** Hidden files; other words with a leading dot are extensions: `.sh`. */
const knownDotfile =
  /^\.(?:env(?:\.[\w.-]+)?|\w+rc|\w+ignore|git(?:attributes|modules|keep)|editorconfig|[\w-]+-versions?)$/;
const knownEnding = new RegExp(String.raw`[^/.]\.(?:${endings})$`, "i");
/** Extensions that members of objects have too: they make a file only of a name with a directory. */
const anyEnding = /[^/.]\.(?:(?!v\d)[a-z][a-z0-9_]{0,11}|[A-Z]{1,4})$/;
const isDrive = /^[A-Za-z]:\//;

/** Normalises a path as plans write it: removes line range and anchor, turns backslashes into slashes. */
export function plainPath(written: string): string {
  const path = written.trim().replace(/\\{1,2}/g, "/");
  const from = Math.max(path.lastIndexOf("/"), isDrive.test(path) ? 1 : 0);
  const range = path.slice(from).search(/:|#L\d/);
  return range < 0 ? path : path.slice(0, from + range);
}

/** Whether a text is a file in any context: a directory and an extension, or a name that only files have. */
export function isFileName(path: string): boolean {
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (!isPathLike(path) || isAddress(path)) return false;
  if (knownEnding.test(name) || wellKnown.test(name) || knownDotfile.test(name)) return true;
  return path.includes("/") && (anyEnding.test(name) || dotfile.test(name));
}

/** Whether a text is a path in a place for paths: directories and names without an extension too. */
export function isPlacedPath(path: string): boolean {
  if (isFileName(path)) return true;
  if (!isPathLike(path) || isAddress(path)) return false;
  return path.includes("/")
    ? !path.startsWith("/") || path.endsWith("/")
    : anyEnding.test(path) || dotfile.test(path);
}

/** One word; brackets and `$` occur in the names of routes: `app/(shop)/[id]/$slug.tsx`. */
const isPathLike = (path: string): boolean =>
  path.length <= 4096 &&
  /^(?:\([\w.-]{1,60}\)(?=\/)|[^\s`'"()<>|;&\p{C}])+$/u.test(path) &&
  !/^(?:-|\$|@\/|\.{0,3}\/?$)/.test(path);

/** A web address, a version or a package: `https://…`, `v1.2`, `@scope/name`, `example.com/module.v2`. */
const isAddress = (path: string): boolean =>
  /^\w{2,20}:\/\/|^v?\d+(?:\.\d+)+$|^@[\w-]+\/[\w-]+$|^(?:[\w-]{1,60}\.){1,3}(?:com|org|net|io|dev|in)\//.test(
    path,
  );

/** Whether a path lies outside any project: beside it, in a person's home, or in the system. */
export const isOutside = (path: string): boolean => {
  const plain =
    path.startsWith("/") || path.includes("..") ? posix.normalize(path) : path.replace(/^(?:\.\/)+/, "");
  return outside.test(plain);
};
const outside =
  /^(?:~|\.\.(?:\/|$)|\/(?:home|Users)\/[^/]+\/\.|\/(?:etc|usr|bin|sbin|lib|boot|dev|proc|root|sys|var|Library|System)\/|[A-Za-z]:\/(?:Windows|Program Files)\b)/;

/** Endings of files that are named without a directory; other words with a dot are members: `form.state`. */
export const endings =
  "[cm]?[jt]sx?|py|go|rs|java|kts?|rb|php|cs|cpp|cc?|hpp|h|swift|dart|scala|exs?|erl|lua|sql|sh|bash|ps1|s?css|less|html?|vue|svelte|astro|jsonc?|ya?ml|toml|ini|cfg|conf|env|mdx?|rst|txt|csv|xml|proto|graphql|prisma|tf|gradle|lock|mod|sum|svg|png|ipynb|tmpl|j2|hbs|ejs|erb|example|service|plist|csproj|sln";
const segment = String.raw`(?:\([\w-]+\)|[\w.@~*[\]-]{1,100})`;
const word = new RegExp(
  String.raw`(?<![\w/.}@-])(?:${segment}?(?:\/${segment})+\/?|\.?[\w-]{1,100}(?:\.[\w-]{1,40})*\.(?:${endings})(?![\w-]|\.\w)|\.(?:env|\w+rc|\w+ignore|gitattributes|editorconfig|python-version)(?![\w.-])|(?:Dockerfile|Makefile|Gemfile|Procfile)(?![\w-]))`,
  "g",
);
const libraries = /^(?:node|next|nuxt|vue|express|react|three|d3|chart|discord|socket|alpine|nest|p5)\.js$/i;

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
export function writtenIn(text: string, { directories = false } = {}): string[] {
  const found = [...text.matchAll(word)].flatMap(({ 0: raw, index }): string[] => {
    const path = raw.replace(/\.+$/, "");
    const next = text[index + raw.length] ?? "";
    // `users/{id}`, `<root>/x`: a pattern, of which this is a part.
    if (/[{<$]/.test(next) && !/\.\w+$/.test(path)) return [];
    if (!isFile(path) && !(directories && isDirectory(path))) return [];
    const before = text.slice(Math.max(0, index - 80), index);
    return reference.test(before) && !takenFrom.test(before) ? [] : [path];
  });
  // `Button.vue` and `src/Button.vue` in one text are one file.
  return [...new Set(found)].filter((path) => !found.some((other) => other.endsWith(`/${path}`)));
}

const isFile = (path: string): boolean => {
  if (path.startsWith("/") || path.startsWith("@") || libraries.test(path)) return false;
  if (!path.includes("/")) return true;
  return (
    /(?:^|\/)[^/]*\.[A-Za-z]\w{0,12}$|\/(?:Dockerfile|Makefile)$/.test(path) &&
    !/^v?\d+(?:\.\d+)*\//.test(path)
  );
};

const isDirectory = (path: string): boolean =>
  !path.startsWith("/") &&
  /^[\w.@()[\]/-]+$/.test(path) &&
  (path.endsWith("/") || /^(?:src|lib|tests?|app)\//.test(path));

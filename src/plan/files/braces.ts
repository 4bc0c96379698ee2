/** A pair of braces that expands to more paths is not expanded. */
const most = 200;

/**
 * Expands `a/{b,c}.ts` to `a/b.ts` and `a/c.ts`, and `a.h/.cpp` to `a.h` and `a.cpp`. Returns a path with unclosed
 * braces, or with too many alternatives, as it is.
 */
export function expandBraces(path: string): string[] {
  let open = [path.replace(/\.(\w{1,4})\/\.(cc?|cpp|cxx|mm?|hh?|hpp|[jt]sx?|s?css|html)$/, ".{$1,$2}")];
  for (;;) {
    const next = open.flatMap((one) => {
      const found = /^(.*?)\{([^{},]*,[^{}]*)\}(.*)$/s.exec(one);
      return found
        ? (found[2] ?? "").split(",").map((part) => `${found[1]}${part.trim()}${found[3]}`)
        : [one];
    });
    if (next.length > most) return [path];
    if (next.length === open.length && next.every((one, at) => one === open[at])) return next;
    open = next;
  }
}

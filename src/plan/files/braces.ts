/** More paths than this come out of no honest pair of braces. */
const most = 200;

/**
 * `a/{b,c}.ts` as `a/b.ts` and `a/c.ts`, and `a.h/.cpp` as `a.h` and `a.cpp`; a path whose braces do not close, or that
 * would be too many, as it is.
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

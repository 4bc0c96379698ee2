/**
 * The files that steps say they write: `Create \`a.ts\`:`, `Add to \`a.ts\`:`, `Step 2: Write \`a.ts\``, `In \`a.ts\`,
 * add:`. Only where the path stands right behind the first word, for elsewhere it may be an object of another kind.
 */
export function stepFiles(prose: string): string[] {
  const found = prose.matchAll(
    /^\W*(?:Step\s+[\w.]+\s*[:.—–-]+\s*)?(?:Also\s+)?(?:create|write|add to|append to|extend|update|edit|modify|replace)(?:\s+the)?(?:\s+file)?\s+`([^`\s]+)`/gim,
  );
  const places = prose.matchAll(/^\W*(?:Step\s+[\w.]+\s*[:.—–-]+\s*)?In\s+`([^`\s]+)`\s*[,:]/gim);
  return [
    ...new Set([...found, ...places].flatMap(([, path = ""]) => (isFile(path) ? [withoutRange(path)] : []))),
  ];
}

const isFile = (code: string): boolean =>
  /^[\w.@/+-]+\.[A-Za-z][\w-]{0,9}(:[\d,\s-]+)?$/.test(code) && !/^-|^\.?\/?$/.test(code);

const withoutRange = (path: string): string => path.replace(/:[\d,\s-]+$/, "");

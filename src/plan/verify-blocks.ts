import type { Verify } from "../../schemas/manifest.ts";

/**
 * The commands of a section's `<verify>` blocks: entries `- run:` with a command in backticks, quotes or neither, and
 * `expect:` below. An expectation in other words than the manifest's is left out, and with it the command: what it
 * means is for a person to say.
 */
export function verifyOf(section: string): Verify[] {
  return [...section.matchAll(/^[ \t]*<verify>[ \t]*\r?\n(.*?)^[ \t]*<\/verify>/gms)].flatMap(
    ([, body = ""]) => entries(body),
  );
}

function entries(body: string): Verify[] {
  return body
    .split(/^[ \t]*[-*][ \t]+(?=run:)/m)
    .slice(1)
    .flatMap((entry): Verify[] => {
      const [, command = ""] = /^run:[ \t]*(.*?)[ \t]*$/m.exec(entry) ?? [];
      const [, wish = "exit 0"] = /^[ \t]*expect:[ \t]*(.*?)[ \t]*$/m.exec(entry) ?? [];
      const run = unquoted(command);
      const expect = expectation(wish);
      return run && expect ? [{ run, expect }] : [];
    });
}

/** Takes off one pair of backticks or quotes around the whole. */
function unquoted(text: string): string {
  const [, mark = "", inner = ""] = /^(`+|"|')(.*)\1$/s.exec(text) ?? [];
  return mark ? inner.trim() : text;
}

function expectation(wish: string): string | undefined {
  const plain = unquoted(wish);
  const exit = /^exit\s+(?:code\s+)?(\d{1,3})$/i.exec(plain);
  if (exit) return `exit ${exit[1]}`;
  const contains = /^contains\s+(["'`])(.*)\1$/is.exec(plain);
  return contains ? `contains "${contains[2]}"` : undefined;
}

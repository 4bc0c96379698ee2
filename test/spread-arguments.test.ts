import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Calls that spread a tuple or a call's own arguments, of which there are always few. */
const bounded: ReadonlySet<string> = new Set([
  "at(...found.pos)",
  "at(...(spanOf(node) ?? [0, 1]))",
  "at(...spanAt(document.contents, keys, which))",
  "nextStep(...of)",
  "definition.action(...(given as never))",
  "passes(policy, ...(entry as Pair))",
]);

test("no call spreads a list of any length into its arguments, which would exhaust the stack", () => {
  const files = ["src", "machines", "schemas", "visualizations"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => /\.tsx?$/.test(name))
      .map((name) => join(root, folder, name)),
  );
  expect(files.length).toBeGreaterThan(100);
  expect(files.flatMap(spreadsIn)).toEqual([]);
});

function spreadsIn(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (isSpreadingCall(node) && !bounded.has(node.getText())) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      found.push(`${relative(root, file)}:${line + 1}: ${node.getText()}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function isSpreadingCall(node: ts.Node): boolean {
  if (!ts.isCallExpression(node) && !ts.isNewExpression(node)) return false;
  const isApply = ts.isPropertyAccessExpression(node.expression) && node.expression.name.text === "apply";
  return (isApply && node.arguments?.length === 2) || (node.arguments ?? []).some(ts.isSpreadElement);
}

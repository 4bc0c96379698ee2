import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { fromMarkdown } from "mdast-util-from-markdown";
import { expect, test } from "vitest";
import { blocksIn, linesOf, textOf } from "../../src/text/markdown.ts";
import { corpus, expectedPlans, hasCorpus } from "../corpus.ts";

/** A node of either parser. */
interface Node {
  readonly type: string;
  readonly line?: number;
  readonly position?: { readonly start: { readonly line: number } };
  readonly depth?: number;
  readonly lang?: string | null;
  readonly url?: string;
  readonly value?: string;
  readonly alt?: string | null;
  readonly children?: readonly Node[];
}

const names: Readonly<Record<string, string>> = {
  listItem: "item",
  blockquote: "quote",
  thematicBreak: "rule",
};
const blocks = ["heading", "paragraph", "list", "item", "quote", "code", "html", "rule"];

/** What both parsers should agree on: the blocks, where they begin, and what they hold, apart from spaces. */
function outline(nodes: readonly Node[]): unknown[] {
  return nodes.map((node) => {
    const { depth, lang, url, value = "", children = [], line = node.position?.start.line } = node;
    const type = names[node.type] ?? node.type;
    const holdsBlocks = children.some((child) => blocks.includes(names[child.type] ?? child.type));
    const inner =
      holdsBlocks && type !== "paragraph" && type !== "heading" ? outline(children) : wordsIn(children);
    return [type, line, depth, lang || undefined, url, value.replaceAll(/\s/g, ""), inner];
  });
}

/** The texts of a line, with the kind of their markup; the parsers split plain text in different places. */
const wordsIn = (nodes: readonly Node[]): string =>
  nodes
    .map(({ type, url = "", value, alt, children = [] }) =>
      type === "text" || type === "image"
        ? (value ?? alt ?? "")
        : `<${type} ${url}>${value ?? ""}${wordsIn(children)}</>`,
    )
    .join("")
    .replaceAll(/\s/g, "");

function expectSame(text: string): void {
  const expected = outline(fromMarkdown(text).children as readonly Node[]);
  expect(outline(blocksIn(linesOf(text)) as readonly Node[]), text).toEqual(expected);
}

const line = fc.constantFrom(
  ...["", "", "# One", "## Two", "#none", "text", "  text", "    code", "\tcode", "- item", "  - inner"],
  ...["- ```", "1. ```js", "1. one", "   more", "```", "```", "````", "  ```", "   ```", "    ```", "~~~"],
  ...["> quote", "<!-- open", "-->", "  <!-- x", "<pre>", "x</pre>", "<div>", "</div>", "===", "---"],
  ...[
    "<?x",
    "?>",
    "<!-- whole -->",
    "<!-->",
    "``` a`b",
    "* * *",
    "**b** `c`\\*d &amp; _e_",
    "[l](<a b>) <x@y.z>",
  ],
);

test("random texts have the blocks that the reference parser finds", () => {
  fc.assert(
    fc.property(fc.array(line, { maxLength: 14 }), fc.constantFrom("\n", "\r\n", "\r"), (lines, end) =>
      expectSame(lines.join(end)),
    ),
    { numRuns: 4000 },
  );
});

test.skipIf(!hasCorpus)("real plans have the blocks that the reference parser finds", () => {
  for (const { name } of expectedPlans()) expectSame(readFileSync(join(corpus, `${name}.md`), "utf8"));
});

test("blocks begin and end on their own lines, without blank ones behind", () => {
  const [list, quote] = blocksIn(linesOf("- a\n\n  b\n\n\n> c\nlazy\n"));
  expect([list?.line, list?.lastLine, quote?.line, quote?.lastLine]).toEqual([1, 3, 6, 7]);
});

test("a text that is nested without end is read as text", () => {
  const [block] = blocksIn([`${"> ".repeat(20_000)}deep\n`, `${"- ".repeat(20_000)}deep\n`]);
  expect(block?.type).toBe("quote");
  expect(blocksIn([`${"*".repeat(20_000)}deep\n`]).map((one) => textOf(one).length)).toEqual([20_004]);
  const stars = "*".repeat(20_000);
  expect(blocksIn([`${stars}deep${stars}\n`]).map(textOf)).toEqual(["deep"]);
});

import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { fromMarkdown } from "mdast-util-from-markdown";
import { expect, test } from "vitest";
import { blocksIn } from "../../../src/plan/markdown/markdown.ts";
import { corpus, expectedPlans, hasCorpus } from "../../corpus.ts";

/** As one parse of the whole gives them, but for columns, which are the same anyway. */
function expectSame(text: string): void {
  const lines = text.split(/(?<=\r\n|\n|\r(?!\n))/);
  expect(JSON.stringify(blocksIn(lines)), text).toBe(JSON.stringify(fromMarkdown(text).children));
}

const line = fc.constantFrom(
  "",
  "",
  "# One",
  "## Two",
  "#none",
  "text",
  "  text",
  "    code",
  "- item",
  "  - inner",
  "- ```",
  "1. ```js",
  "```",
  "```",
  "````",
  "  ```",
  "   ```",
  "    ```",
  "~~~",
  "> quote",
  "> ```",
  "<!-- open",
  "-->",
  "  <!-- x",
  "<pre>",
  "</pre>",
  "<div>",
  "</div>",
  "[a][b]",
  "===",
  "---",
  "<?x",
  "?>",
  "<!-- whole -->",
  "<!-->",
  "``` a`b",
);

test("a text read in parts has the blocks of the text read at once", () => {
  fc.assert(
    fc.property(fc.array(line, { maxLength: 14 }), fc.constantFrom("\n", "\r\n", "\r"), (lines, end) =>
      expectSame(lines.join(end)),
    ),
    { numRuns: 4000 },
  );
  expectSame("[b]: /url\n\n# [a][b]\n");
});

test.skipIf(!hasCorpus)("so have real plans", () => {
  for (const { name } of expectedPlans()) expectSame(readFileSync(join(corpus, `${name}.md`), "utf8"));
});

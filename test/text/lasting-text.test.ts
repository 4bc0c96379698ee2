import { expect, test } from "vitest";
import { lastingText } from "../../src/text/lasting-text.ts";

const text = `### Task 1: Cart

**Status:** open

- [ ] **Step 1: write cart.txt**
- [ ] Step 2
  - deeper
1. [ ] numbered

\`\`\`diff
- [ ] old
+ new
\`\`\`
`;

test.each([
  ["ticks", text.replace("[ ] **Step", "[x] **Step").replace("[ ] Step", "[X] Step")],
  ["a tick of a numbered entry", text.replace("1. [ ]", "1. [x]")],
  ["line ends", text.replaceAll("\n", "\r\n")],
  ["trailing blanks", text.replaceAll("\n", "  \n")],
  ["list markers", text.replace("- [ ] Step", "*   [ ] Step").replace("  - deeper", "  + deeper")],
  ["a status", text.replace("open", "✅ done (abc1234)")],
  ["a status that was added", text.replace("**Status:** open", "**Status:** open\n**Progress:** 50%")],
  ["a mark in the heading", text.replace("Cart\n", "Cart ✅\n")],
  ["a struck heading", text.replace("Task 1: Cart", "~~Task 1: Cart~~ [DONE]")],
  ["a mark on a step", text.replace("Step 2", "Step 2 ✅")],
  ["an entry that lost its box", text.replace("- [ ] Step 2", "- Step 2")],
  ["empty lines at the end", `${text}\n\n`],
])("%s do not change what a text asks for", (_, changed) => {
  expect(changed).not.toBe(text);
  expect(lastingText(changed)).toBe(lastingText(text));
});

test.each([
  ["a word", text.replace("cart.txt", "basket.txt")],
  ["a step", text.replace("- [ ] Step 2\n", "")],
  ["indentation", text.replace("  - deeper", "- deeper")],
  ["a line of code", text.replace("+ new", "- new")],
  ["a tick in code", text.replace("- [ ] old", "- [x] old")],
  ["a requirement that is called status", text.replace("**Status:** open", "Status: 404")],
])("%s changes what a text asks for", (_, changed) => {
  expect(changed).not.toBe(text);
  expect(lastingText(changed)).not.toBe(lastingText(text));
});

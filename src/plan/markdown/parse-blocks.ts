import type { RootContent } from "mdast";
import { mendFences } from "./fences.ts";
import { mendHtml } from "./html-blocks.ts";
import { blocksIn } from "./markdown.ts";

/**
 * The blocks of a plan, or of a part of one, as its author means them: the one way in which a plan is parsed. `begins`
 * as in `blocksIn`.
 */
export const mendedBlocks = (lines: readonly string[], begins?: RegExp): RootContent[] =>
  blocksIn(mendHtml(mendFences(lines)), begins);

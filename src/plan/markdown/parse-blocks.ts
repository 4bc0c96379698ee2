import type { RootContent } from "mdast";
import { mendFences } from "./fences.ts";
import { mendHtml } from "./html-blocks.ts";
import { blocksIn } from "./markdown.ts";

/** Parses the blocks of a plan, or of a part of one, as its author means them. `begins` is as in `blocksIn`. */
export const parseBlocks = (lines: readonly string[], begins?: RegExp): RootContent[] =>
  blocksIn(mendHtml(mendFences(lines)), begins);

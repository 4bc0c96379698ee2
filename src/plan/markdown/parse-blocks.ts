import { type Block, blocksIn } from "../../text/markdown.ts";
import { mendFences } from "./fences.ts";
import { mendHtml } from "./html-blocks.ts";

/** Parses the blocks of a plan, or of a part of one, as its author means them. */
export const parseBlocks = (lines: readonly string[]): Block[] => blocksIn(mendHtml(mendFences(lines)));

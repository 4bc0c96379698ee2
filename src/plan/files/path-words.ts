import type { PhrasingContent } from "mdast";
import { toString as textOf } from "mdast-util-to-string";
import { isFileName, plainPath } from "./file-names.ts";

/** A piece of a line: text, or what may be a path. */
export interface PathWord {
  readonly text: string;
  /** As plainly written; in backticks, or a bare word that is a file's name. */
  readonly path?: string;
  readonly isBare?: boolean;
}

/** The pieces of a line of markdown, with its paths: code, words that are files, and such words in bold or linked. */
export const pathWords = (nodes: readonly PhrasingContent[]): PathWord[] => nodes.flatMap(wordsOf);

function wordsOf(node: PhrasingContent): PathWord[] {
  if (node.type === "inlineCode") {
    const [, label, path] = /^([A-Za-z]{1,20}:\s+)(\S+)$/.exec(node.value) ?? [];
    return label && path ? [{ text: label }, { text: path, path }] : [{ text: node.value, path: node.value }];
  }
  if (node.type === "text") return bareWords(node.value.replace(/\s+/g, " "));
  if (node.type === "break") return [{ text: " " }];
  if (node.type === "link") return linked(textOf(node), node.url);
  if (!("children" in node)) return [{ text: textOf(node) }];
  return pathWords(node.children);
}

/** The target of a link where it is a file of the project, seen from there or from the plan; else what it says. */
function linked(text: string, url: string): PathWord[] {
  const target = /^[\w+.-]{2,20}:/.test(url)
    ? ""
    : decoded(url)
        .replace(/^(?:\.{1,2}\/)+/, "")
        .replace(/[#?].*$/, "");
  const path = [target, text].map(plainPath).find(isFileName);
  return [path === undefined ? { text } : { text, path, isBare: true }];
}

function decoded(url: string): string {
  try {
    return decodeURI(url);
  } catch {
    return url;
  }
}

/** A word without the mark that ends its sentence. */
export const withoutStop = (word: string): string => word.replace(/(?<![.:!?*])[.:!?*]+$/, "");

const word = /(?:\([\w.-]{1,60}\)(?=[\\/])|[^\s()"“”'<>|,;：，、；（）])+/g;

function bareWords(text: string): PathWord[] {
  const words: PathWord[] = [];
  let from = 0;
  for (const { 0: raw, index } of text.matchAll(word)) {
    const path = withoutStop(raw);
    if (!isFileName(plainPath(path)) || !/^[\w.~/\\]/.test(path)) continue;
    if (index > from) words.push({ text: text.slice(from, index) });
    words.push({ text: path, path, isBare: true });
    from = index + path.length;
  }
  if (from < text.length) words.push({ text: text.slice(from) });
  return words;
}

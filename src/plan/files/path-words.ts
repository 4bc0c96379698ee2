import { type Inline, textOf } from "../../text/markdown.ts";
import { isFileName, plainPath } from "./file-names.ts";

/** A piece of a line: text, or a possible path. */
export interface PathWord {
  readonly text: string;
  /** The path, if the piece is in backticks or is a bare word that names a file. */
  readonly path?: string;
  readonly isBare?: boolean;
}

/** Splits a line of markdown into pieces. Paths are code, words that name files, and such words in bold or linked. */
export const pathWords = (nodes: readonly Inline[]): PathWord[] => nodes.flatMap(wordsOf);

function wordsOf(node: Inline): PathWord[] {
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

/** A link's target if it is a file of the project, relative to it or to the plan; otherwise the link's text. */
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

/** A word without the punctuation that ends its sentence. */
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

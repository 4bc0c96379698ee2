import {
  Composer,
  type CST,
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  Lexer,
  Parser,
  type YAMLError,
  type YAMLMap,
} from "yaml";
import { error, type Place, type Problem, warning } from "../problem.ts";
import { quoted } from "../text/printable.ts";
import { keyOf, spanOf } from "./yaml-nodes.ts";

type At = (start: number, end: number) => Place;

/**
 * The maxDepth nesting of a document. The composer recurses on each level, and a full stack is worse than an exception:
 * a regular expression that is compiled there ends the process.
 */
const maxDepth = 200;

/** Parses a text of one document and finds all its YAML errors. */
export function parseSyntax(text: string, at: At): { document?: Document; problems: Problem[] } {
  const control = controlCharacter(text, at);
  if (control) return { problems: [control] };
  const { tokens, tooDeepAt } = tokensOf(text);
  if (tooDeepAt !== undefined) return { problems: [tooDeep(at(tooDeepAt, tooDeepAt + 1))] };
  // Our own search for duplicate keys is linear in their number; the package's is quadratic.
  const composer = new Composer({ uniqueKeys: false, merge: true, logLevel: "error" });
  const [document, second] = composer.compose(tokens, true, text.length);
  // With `true` above, the composer returns a document for any text.
  if (!document) return { problems: [] };
  const problems = [...document.errors, ...document.warnings].map((one) => parserProblem(one, at));
  if (second) problems.push(secondDocument(at(second.range[0], second.range[1])));
  return { document, problems: [...problems, ...structureProblems(document.contents, at)] };
}

/** The problem for an error thrown while a document is converted to plain data: too many aliases, or a bad merge. */
export function thrownProblem({ message }: Error, place: Place): Problem {
  return message.startsWith("Excessive alias count")
    ? error("yaml-too-complex", "the aliases expand to too much data", place, {
        hint: "replace them with the values that they refer to",
      })
    : error("yaml-syntax", sentence(message), place);
}

/** Finds a control character, which YAML does not allow: the sign of a binary file or of another encoding. */
function controlCharacter(text: string, at: At): Problem | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is for.
  const found = text.search(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f]/);
  if (found === -1) return undefined;
  const number = text.charCodeAt(found).toString(16).toUpperCase().padStart(4, "0");
  const message = `expected text, found the control character U+${number}`;
  return error("yaml-syntax", message, at(found, found + 1), {
    hint: 'remove it, or write it as an escape sequence in double quotes, such as "\\e"',
  });
}

function tokensOf(text: string): { tokens: CST.Token[]; tooDeepAt?: number } {
  const tokens: CST.Token[] = [];
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) tokens.push(token);
    if (parser.stack.length > maxDepth) return { tokens, tooDeepAt: parser.offset - lexeme.length };
  }
  for (const token of parser.end()) tokens.push(token);
  return { tokens };
}

const tooDeep = (place: Place): Problem =>
  error("yaml-too-complex", "the nesting is too deep", place, { hint: `nest at most ${maxDepth} levels` });

const secondDocument = (place: Place): Problem =>
  error("yaml-syntax", "expected one document, found a second", place, {
    hint: "remove the line `---` and everything after it",
  });

function parserProblem(found: YAMLError, at: At): Problem {
  const [message, hint] = messageFor(found);
  const build = found.name === "YAMLWarning" ? warning : error;
  return build("yaml-syntax", message, at(...found.pos), { hint });
}

/** Our own message and hint for errors that users run into; the parser's own message for others. */
function messageFor({ code, message }: YAMLError): [message: string, hint?: string] {
  switch (code) {
    case "TAB_AS_INDENT":
      return ["expected spaces for indentation, found a tab", "indent with spaces"];
    case "BLOCK_AS_IMPLICIT_KEY":
      return message.startsWith("Nested")
        ? [
            "expected one `: ` on this line, found a second",
            "if it is part of the text, put the value in quotes",
          ]
        : [sentence(message), "indent it like the lines around it"];
    case "BAD_SCALAR_START":
      return [sentence(message), "put the value in quotes"];
    case "BAD_INDENT":
      return [sentence(message), "indent it like the lines around it"];
    case "MULTILINE_IMPLICIT_KEY":
      return [
        "expected a key on one line, found line breaks in it",
        "check that every quote before it is closed",
      ];
    case "MISSING_CHAR":
      if (message.startsWith("Missing closing")) {
        return [
          `expected a closing ${message.includes('"') ? '"' : "'"}, found the end of the file`,
          "close the quote",
        ];
      }
      return message.startsWith("Implicit map keys")
        ? ["expected `:` after the key", "write `key: value`, or put text of several lines in quotes"]
        : [sentence(message)];
    case "TAG_RESOLVE_FAILED": {
      const tag = /^Unresolved tag: (.*)/.exec(message)?.[1];
      return tag
        ? [`unknown tag ${tag}: it is ignored`, "put text that starts with ! in quotes"]
        : [sentence(message)];
    }
    default:
      return [sentence(message)];
  }
}

const sentence = (message: string): string => {
  const line = message.replace(/\s+/g, " ").trim();
  return line.charAt(0).toLowerCase() + line.slice(1);
};

/** Makes a key a name even if YAML reads it as a number: `1.10` must not become `1.1`, nor `.nan` `NaN`. */
function keepAsWritten(key: unknown): void {
  if (isScalar(key) && typeof key.value === "number" && key.source) key.value = key.source;
}

/** Finds duplicate keys and unknown aliases, in the order of the text. */
function structureProblems(root: unknown, at: At): Problem[] {
  const problems: Problem[] = [];
  const anchors = new Set<string>();
  const open = [root];
  // A loop, not recursion: a list can have more entries than a call takes arguments.
  while (open.length > 0) {
    const node = open.pop();
    if (!isNode(node)) continue;
    if (isAlias(node)) {
      if (!anchors.has(node.source)) problems.push(unknownAlias(node.source, placeOf(node, at)));
      continue;
    }
    if (node.anchor) anchors.add(node.anchor);
    if (isMap(node)) {
      for (const { key } of node.items) keepAsWritten(key);
      for (const problem of duplicateKeys(node, at)) problems.push(problem);
    }
    const inside = childrenOf(node);
    for (let last = inside.length - 1; last >= 0; last -= 1) open.push(inside[last]);
  }
  return problems;
}

function childrenOf(node: unknown): readonly unknown[] {
  if (isMap(node)) return node.items.flatMap(({ key, value }) => [key, value]);
  return isSeq(node) ? node.items : [];
}

const placeOf = (node: unknown, at: At): Place => at(...(spanOf(node) ?? [0, 1]));

function unknownAlias(name: string, place: Place): Problem {
  const message = `unknown alias *${name}: there is no anchor &${name} before it`;
  return error("yaml-syntax", message, place, { hint: "put text that starts with * in quotes" });
}

function duplicateKeys(map: YAMLMap, at: At): Problem[] {
  const first = new Map<string, unknown>();
  return map.items.flatMap((pair): Problem[] => {
    const key = keyOf(pair);
    if (key === undefined) return [];
    const before = first.get(key);
    if (!before) {
      first.set(key, pair.key);
      return [];
    }
    return [
      error("yaml-syntax", `duplicate key ${quoted(key)}`, placeOf(pair.key, at), {
        hint: "keep one of them",
        related: [{ message: "first used here", place: placeOf(before, at) }],
      }),
    ];
  });
}

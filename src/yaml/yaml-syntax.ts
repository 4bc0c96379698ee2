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
 * How many levels may stand in each other. What composes a document calls itself for each, and what becomes of a full
 * stack is not only an exception: a regular expression that is first used there ends the process.
 */
const deepest = 200;

/** Parses a text of one document, and says all that is wrong with it as YAML. */
export function parseSyntax(text: string, at: At): { document?: Document; problems: Problem[] } {
  const control = controlCharacter(text, at);
  if (control) return { problems: [control] };
  const { tokens, tooDeepAt } = tokensOf(text);
  if (tooDeepAt !== undefined) return { problems: [tooDeep(at(tooDeepAt, tooDeepAt + 1))] };
  // Our own search for repeated keys takes time that grows with their number, and the package's with its square.
  const composer = new Composer({ uniqueKeys: false, merge: true, logLevel: "error" });
  const [document, second] = composer.compose(tokens, true, text.length);
  // Told to, the composer gives a document for any text.
  if (!document) return { problems: [] };
  const problems = [...document.errors, ...document.warnings].map((one) => parserProblem(one, at));
  if (second) problems.push(secondDocument(at(second.range[0], second.range[1])));
  return { document, problems: [...problems, ...structureProblems(document.contents, at)] };
}

/** What a document's conversion to plain data throws: at aliases that multiply, at a merge of what is no map. */
export function thrownProblem({ message }: Error, place: Place): Problem {
  return message.startsWith("Excessive alias count")
    ? error("yaml-too-complex", "the aliases expand to too much data", place, {
        hint: "replace them with the values that they refer to",
      })
    : error("yaml-syntax", sentence(message), place);
}

/** Controls that YAML allows nowhere: the sign of a binary file, or of another encoding. */
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
    if (parser.stack.length > deepest) return { tokens, tooDeepAt: parser.offset - lexeme.length };
  }
  for (const token of parser.end()) tokens.push(token);
  return { tokens };
}

const tooDeep = (place: Place): Problem =>
  error("yaml-too-complex", "the nesting is too deep", place, { hint: `nest at most ${deepest} levels` });

const secondDocument = (place: Place): Problem =>
  error("yaml-syntax", "expected one document, found a second", place, {
    hint: "remove the line `---` and everything after it",
  });

function parserProblem(found: YAMLError, at: At): Problem {
  const [message, hint] = wordsFor(found);
  const build = found.name === "YAMLWarning" ? warning : error;
  return build("yaml-syntax", message, at(...found.pos), { hint });
}

/** A message of the parser, and what to do, for what users come upon; its own words for the rest. */
function wordsFor({ code, message }: YAMLError): [message: string, hint?: string] {
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

/** A key is a name, also where YAML takes it for a number: `1.10` must not become `1.1`, nor `.nan` `NaN`. */
function takeAsWritten(key: unknown): void {
  if (isScalar(key) && typeof key.value === "number" && key.source) key.value = key.source;
}

/** Keys that stand twice in a map, and aliases of nothing, in the order of the text. */
function structureProblems(root: unknown, at: At): Problem[] {
  const problems: Problem[] = [];
  const anchors = new Set<string>();
  const open = [root];
  // By hand and not by recursion, for a list can hold more entries than a call takes arguments, or levels than a stack.
  while (open.length > 0) {
    const node = open.pop();
    if (!isNode(node)) continue;
    if (isAlias(node)) {
      if (!anchors.has(node.source)) problems.push(unknownAlias(node.source, spotOf(node, at)));
      continue;
    }
    if (node.anchor) anchors.add(node.anchor);
    if (isMap(node)) for (const { key } of node.items) takeAsWritten(key);
    if (isMap(node)) for (const problem of repeatedKeys(node, at)) problems.push(problem);
    const inside = isMap(node)
      ? node.items.flatMap(({ key, value }) => [key, value])
      : isSeq(node)
        ? node.items
        : [];
    for (let last = inside.length - 1; last >= 0; last -= 1) open.push(inside[last]);
  }
  return problems;
}

const spotOf = (node: unknown, at: At): Place => at(...(spanOf(node) ?? [0, 1]));

function unknownAlias(name: string, place: Place): Problem {
  const message = `unknown alias *${name}: there is no anchor &${name} before it`;
  return error("yaml-syntax", message, place, { hint: "put text that starts with * in quotes" });
}

function repeatedKeys(map: YAMLMap, at: At): Problem[] {
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
      error("yaml-syntax", `duplicate key ${quoted(key)}`, spotOf(pair.key, at), {
        hint: "keep one of them",
        related: [{ message: "first used here", place: spotOf(before, at) }],
      }),
    ];
  });
}

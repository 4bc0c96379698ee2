import { withoutQuotes } from "./shell-text.ts";

const listOf = (text: string): ReadonlySet<string> => new Set(text.split(" "));

/** Tools whose name begins a command. */
const tools = listOf(
  "npm npx pnpm yarn bun bunx node deno tsx tsc vitest jest mocha eslint prettier biome playwright turbo nx " +
    "python python3 pytest uv uvx poetry pipenv pip pip3 ruff mypy pyright black tox nox hatch pre-commit " +
    "cargo rustc go gofmt golangci-lint make cmake ctest ninja bazel just " +
    "mvn gradle java javac dotnet swift xcodebuild flutter dart mix elixir sbt stack cabal zig " +
    "bundle rake rspec rubocop ruby rails php composer phpunit " +
    "bash sh zsh cd test [ [[ ! grep egrep rg git gh docker docker-compose kubectl helm terraform curl wget jq yq sed awk " +
    "ls cat head tail wc diff cmp find stat echo printf command which true shellcheck bats sqlite3 psql timeout env",
);
/** Tools that need no arguments. */
const alone = listOf("make pytest vitest jest mocha tsc tox nox rspec phpunit ctest just bats true");
const subcommands = listOf(
  "test build lint check install ci run exec start vet fmt format clippy doc diff status log show compose typecheck type-check " +
    "verify validate validate-config audit sync analyze version ls ps plan apply template tsc vitest jest eslint prettier biome playwright pytest",
);
/** Runners that are followed by another command or the name of a script. */
const runner =
  /^(?:npx|bunx|uvx|(?:uv|poetry|pipenv|hatch) run|(?:pnpm|yarn|bundle|npm) exec|timeout \S+|env)(?: |$)/;
const script = /^(?:(?:npm|pnpm|yarn|bun|deno|turbo|nx) run|yarn|pnpm|just|make) [A-Za-z]+(?= |$)/;
/** Flags that are followed by a plain word. */
const withValue =
  /^(?:-[kmpwCctgeErnx]|-run|-bench|--(?:filter|prefix|workspace|project|bin|test|package|grep|dir|cwd|config|tests|testPathPattern|cov))$/;
/** The pattern of a search, which may be any word. */
const pattern = /\b((?:e?grep|rg)(?:\s+-[\w-]+){0,9})\s+[A-Za-z]\w*(?=\s+\S*[./*])/g;
/** Words that occur in sentences, not in commands. */
const prose =
  /(?:^|\s)(?:and|the|that|this|should|must|will|passe?s|passing|fails|failing|succeeds|is|are|was|were|be|it|its|to|see|with|without|again|shows?|exits|prints|reports|returns|works|loads|when|where|which)(?=[\s,.:;!?]|$)/i;
/** Words that may describe a command's outcome: none is taken for an argument. */
const outcome =
  /^(?:green|red|clean|fine|ok|okay|output|results?|all|no|none|errors?|changes|logs|coverage|suites?|first|once|locally)$/i;
/** Test runners, which may be followed by the name of the tests to run. */
const filtered =
  /^(?:(?:npm|pnpm|yarn|bun)\s(?:run\s)?\S+(?:\s-[\w=-]+){0,9}\s--|(?:pytest|jest|mocha|vitest(?:\srun)?|playwright\stest|(?:cargo|deno|bun|mix|dart|flutter)\stest))\s+(?=[A-Za-z])/;
/** Words that ask a person for something, or state that there is no command. */
const request =
  /^(?:none|n\/a|manual(?:ly)?|tbd|todo|missing)$|^(?:check|verify|ensure|confirm|visit|inspect|manually|review|click|look|navigate)(?:\s+[A-Za-z]+)+$/i;
const begun = /^[A-Z][a-z]+\s+[a-z]+(?:\s|$)/;
const environment = /^(?:[A-Za-z_]\w{0,60}=\S{0,200}\s+){1,9}/;
const path = /^(?:(?:\.{1,2}|\.?venv)\/\S|[\w.-]+(?:\/[\w.-]+)*\.(?:sh|bash)$)/;

/** Whether text that is marked as code is a command, not a path or the name of something in the code. */
export function isCommand(text: string): boolean {
  const [head = "", ...rest] = text.replace(environment, "").split(/\s+/);
  return path.test(head) || alone.has(head) || (tools.has(head) && rest.length > 0);
}

/**
 * Whether an unmarked line is certainly a command, not possibly a sentence (`npm test passes`, `make sure that it
 * builds`). In a command, only subcommands and names of scripts are plain words.
 */
export function isSurelyCommand(text: string): boolean {
  const bare = withoutQuotes(text).replace(pattern, "$1 0");
  // Letters beyond ASCII, arrows, long dashes and remarks in brackets are prose.
  if (/[^\x20-\x7e]|`|\s\(/.test(bare)) return false;
  return bare.split(/&&|\|\||[|;]/).every((one) => isSurelyOne(one.trim()));
}

/** Whether text that a plan marks as a command, without quotes of its own, is a sentence to a person. */
export function isSentence(text: string): boolean {
  const bare = withoutQuotes(text).replace(pattern, "$1 0");
  return (
    !isSurelyCommand(text) &&
    (/\s[–—→]|[a-z]{2}[.!?]$/.test(bare) || prose.test(bare) || request.test(bare) || begun.test(bare))
  );
}

function isSurelyOne(text: string): boolean {
  let rest = text.replace(environment, "");
  for (let found = runner.exec(rest); found; found = runner.exec(rest)) rest = rest.slice(found[0].length);
  const [runs] = filtered.exec(rest) ?? [];
  if (runs && !prose.test(rest)) {
    const [word = "", ...more] = rest.slice(runs.length).split(/\s+/);
    return !outcome.test(word) && areArguments(["", ...more]);
  }
  if (/^test -[defrswxnzL] \S+$/.test(rest)) return true;
  const named = script.exec(rest)?.[0];
  if (named && (!/^(?:make|just|yarn|pnpm) /.test(named) || subcommands.has(named.split(" ")[1] ?? "")))
    return areArguments(rest.slice(named.length).trim().split(" "));
  const [head = "", first, ...others] = rest.split(/\s+/);
  if (head === "cd") return first !== undefined && others.length === 0;
  if (head === "echo") return true;
  if (!path.test(head) && !tools.has(head)) return false;
  if (first === undefined) return path.test(head) || alone.has(head);
  return areArguments(subcommands.has(first) && head !== "test" ? others : [first, ...others]);
}

/** Whether all words are arguments: not words of a sentence, except as values of flags or as subcommands after flags. */
const areArguments = (words: readonly string[]): boolean =>
  words.every((word, at) => {
    const [before = "", flag = ""] = [words[at - 1], words[at - 2]];
    if (/[.,:!?]$/.test(word)) return /(?:^|\/)\.{1,3}$/.test(word);
    return (
      !/^(?:[A-Z]?[a-z]+|[A-Z]+)$/.test(word) ||
      withValue.test(before) ||
      (subcommands.has(word) && (before.startsWith("-") || withValue.test(flag)))
    );
  });

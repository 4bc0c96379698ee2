import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadManifest } from "../../src/manifest/load.ts";
import { parseYaml, readYamlFile } from "../../src/yaml/yaml-file.ts";
import { around, lines, load, problemsOf, temporaryDirectory } from "./load.ts";

const directory = temporaryDirectory();
const valid = around("- id: a\n");

describe("a file that cannot be read is an error", () => {
  test("a missing file", async () => {
    const path = join(directory, "missing.yaml");
    const told = {
      code: "file-not-found",
      severity: "error",
      message: "file not found",
      hint: "check the path",
    };
    const place = { file: path, line: 1, column: 1 };
    expect(await loadManifest(path)).toEqual({ problems: [{ ...told, place }] });
    expect((await loadManifest(join(path, "under-a-file"))).problems[0]?.code).toBe("file-not-found");
    expect((await loadManifest("missing.yaml")).problems[0]?.hint).toBe(
      `the path is relative to ${process.cwd()}`,
    );
  });

  test("a directory", async () => {
    expect((await loadManifest(directory)).problems.flatMap(lines)).toEqual([
      "1:1 [] error file-is-directory: expected a file, found a directory",
      "  name a file in it",
    ]);
  });

  test.skipIf(process.platform === "win32")("a pipe, without waiting for its writer", async () => {
    const pipe = join(directory, "pipe");
    execFileSync("mkfifo", [pipe]);
    expect((await loadManifest(pipe)).problems.flatMap(lines)).toEqual([
      "1:1 [] error file-unreadable: expected a regular file, found a pipe, a socket or a device",
      "  write the text to a file first",
    ]);
  });

  test.skipIf(process.platform === "win32")("a link to itself", async () => {
    const loop = join(directory, "loop");
    symlinkSync(loop, loop);
    const [problem] = (await loadManifest(loop)).problems;
    expect(problem?.code).toBe("file-unreadable");
    expect(problem?.message).toMatch(/^cannot read the file: ELOOP/);
  });

  test("a file larger than the maximum", async () => {
    expect(await problemsOf(Buffer.alloc(10 * 1024 * 1024, "#"))).toEqual([
      "1:1 [] error file-too-large: expected at most 5 MB, found 10 MB",
      "  check that this is the right file",
    ]);
    const path = join(directory, "small.yaml");
    writeFileSync(path, "key: value\n");
    expect((await readYamlFile(path, { maxBytes: 10 })).problems[0]?.message).toBe(
      "expected at most 10 bytes, found 11 bytes",
    );
    expect((await readYamlFile(path, { maxBytes: 11 })).file?.value).toEqual({ key: "value" });
  });

  test("a file that is not UTF-8, at its first invalid byte", async () => {
    expect(await problemsOf(Buffer.from("version: 1\nmode: caf\u00e9 # \u00e9\n", "latin1"))).toEqual([
      "2:10 [\ufffd] error file-not-utf8: expected UTF-8 text, found bytes that are not UTF-8",
      "  save the file as UTF-8",
    ]);
    const utf16 = Buffer.from(`\ufeff${valid}`, "utf16le");
    expect((await load(utf16)).problems.map(({ code }) => code)).toEqual(["file-not-utf8"]);
  });
});

describe("text that is not a manifest is reported", () => {
  test.each([
    ["an empty file", ""],
    ["comments only", "# nothing\n# here\n"],
    ["space", "\n  \n"],
    ["an explicit nothing", "---\n~\n"],
    ["a map without keys", "{}\n"],
  ])("%s", async (_, text) => {
    const { manifest, problems } = await load(text);
    expect(manifest).toBeUndefined();
    expect(problems.map(({ code, message, place }) => `${place.column} ${code}: ${message}`)).toEqual([
      "1 empty-manifest: expected a manifest, found an empty file",
    ]);
  });

  test("control characters", async () => {
    expect(await problemsOf("version: 1\nmode: \0\0\n")).toEqual([
      "2:7 [\0] error yaml-syntax: expected text, found the control character U+0000",
      '  remove it, or write it as an escape sequence in double quotes, such as "\\e"',
    ]);
    expect((await load("\0".repeat(1000))).problems).toHaveLength(1);
    expect((await load(Buffer.from(valid, "utf16le"))).problems.map(({ code }) => code)).toEqual([
      "yaml-syntax",
    ]);
  });

  test("every syntax error, with a hint", async () => {
    expect(await problemsOf("mode: a: b\n'version: 1\n")).toEqual([
      "1:7 [a] error yaml-syntax: expected one `: ` on this line, found a second",
      "  if it is part of the text, put the value in quotes",
      "2:1 ['version: 1] error yaml-syntax: expected a key on one line, found line breaks in it",
      "  check that every quote before it is closed",
      "2:1 ['version: 1] error yaml-syntax: expected `:` after the key",
      "  write `key: value`, or put text of several lines in quotes",
      "3:1 [] error yaml-syntax: expected a closing ', found the end of the file",
      "  close the quote",
    ]);
    expect(await problemsOf("a:\n\tb: 1\n")).toEqual([
      "2:1 [\t] error yaml-syntax: expected spaces for indentation, found a tab",
      "  indent with spaces",
    ]);
    expect(await problemsOf("a: 1\n---\nb: 2\n")).toEqual([
      "2:1 [---] error yaml-syntax: expected one document, found a second",
      "  remove the line `---` and everything after it",
    ]);
    expect(await problemsOf("a: @b\nc: [1\nd: 2\n")).toEqual([
      "1:4 [@] error yaml-syntax: plain value cannot start with reserved character @",
      "  put the value in quotes",
      "3:1 [d] error yaml-syntax: flow sequence in block collection must be sufficiently indented and end with a ]",
      "  indent it like the lines around it",
    ]);
  });

  test("a duplicate key, with the place of the first one", async () => {
    expect(await problemsOf(around('- id: a\n  "id": b\n'))).toEqual([
      '7:9 ["id"] error yaml-syntax: duplicate key "id"',
      "  keep one of them",
      "  6:9 [id] first used here",
    ]);
  });

  test("an unknown alias, such as text in asterisks", async () => {
    expect(await problemsOf(around("- id: a\n  title: *Important*\n- id: &later b\n"))).toEqual([
      "7:16 [*Important*] error yaml-syntax: unknown alias *Important*: there is no anchor &Important* before it",
      "  put text that starts with * in quotes",
    ]);
  });

  test("an unknown tag, as a warning", async () => {
    const { manifest, problems } = await load(around("- id: a\n  title: !important Do it\n"));
    expect(manifest?.stages[0]?.tasks[0]?.title).toBe("Do it");
    expect(problems.flatMap(lines)).toEqual([
      "7:16 [!important] warning yaml-syntax: unknown tag !important: it is ignored",
      "  put text that starts with ! in quotes",
    ]);
  });

  test("a merge of something that is not a map", async () => {
    expect(await problemsOf("a: { <<: 5 }\n")).toEqual([
      "1:1 [a] error yaml-syntax: merge sources must be maps or map aliases",
    ]);
  });
});

describe("a file that is too complex", () => {
  test("is an error if its aliases expand exponentially", async () => {
    const rows = Array.from(
      { length: 9 },
      (_, at) => `k${at}: &k${at} [${`${at ? `*k${at - 1}` : "x"}, `.repeat(9)}]\n`,
    );
    const [message] = await problemsOf(rows.join(""));
    expect(message).toMatch(/error yaml-too-complex: the aliases expand to too much data$/);
  });

  test.each([
    ["lists in brackets", "[".repeat(10_000) + "]".repeat(10_000)],
    ["lists in brackets that are not closed", "[".repeat(10_000)],
    ["lists", `${"- ".repeat(10_000)}x`],
    [
      "maps",
      Array.from({ length: 2_500 }, (_, at) => `${" ".repeat(at)}a:\n`)
        .join("")
        .slice(0, 5_000_000),
    ],
  ])("is an error if it has %s 10 000 levels deep", async (_, text) => {
    const { problems } = await load(text);
    expect(problems.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      "yaml-too-complex: the nesting is too deep",
    ]);
  });

  test("is read to its end if a list contains itself", async () => {
    const { problems } = await load("version: 1\nmode: all-parallel\nstages: &s [*s]\n");
    expect(problems.map(({ code }) => code)).toEqual(["wrong-type"]);
  });
});

test.each([
  ["a byte order mark", `\ufeff${valid}`],
  ["lines that end in CR LF", valid.replaceAll("\n", "\r\n")],
  ["a document start and end", `---\n${valid}...\n`],
])("a manifest with %s is valid", async (_, text) => {
  const { manifest, problems } = await load(text);
  expect(problems).toEqual([]);
  expect(manifest?.stages[0]?.tasks[0]?.id).toBe("a");
});

describe("the place", () => {
  const text = 'a: 1  # one\nb:\n  - x: "y z"\n    l: |\n      long\n  -\ntail: [p, { q: r }]';
  const place = (path: (string | number)[], which?: "key" | "value") => {
    const { file } = parseYaml("f.yaml", text);
    if (!file) throw new Error("not parsed");
    const { line, column, source = "", length = 0 } = file.place(path, which);
    return `${line}:${column} ${source.slice(column - 1, column - 1 + length)}`;
  };

  test.each([
    ["a value", ["a"], "1:4 1"],
    ["a quoted value, quotes and all", ["b", 0, "x"], '3:8 "y z"'],
    ["a map, up to the end of its first line", ["b", 0], '3:5 x: "y z"'],
    ["text of several lines, at its start", ["b", 0, "l"], "4:8 |"],
    ["an entry in brackets", ["tail", 0], "7:8 p"],
    ["a value in braces", ["tail", 1, "q"], "7:16 r"],
    ["a missing entry, which is its list", ["tail", 5], "7:7 [p, { q: r }]"],
    ["a missing key, which is its map", ["tail", 1, "z", 0], "7:11 { q: r }"],
    ["the empty path, which is the whole file", [], "1:1 a: 1  # one"],
  ] as const)("of %s", (_, path, expected) => expect(place([...path])).toBe(expected));

  test("of a key", () => {
    expect(place(["b", 0, "x"], "key")).toBe("3:5 x");
    expect(place(["tail", 1, "q"], "key")).toBe("7:13 q");
  });

  test("counts a tab as one column and excludes a CR from the line", () => {
    const { file } = parseYaml("f.yaml", "a:\r\n  b: [1,\t2]\r\n");
    expect(file?.place(["a", "b", 1])).toEqual({
      file: "f.yaml",
      line: 2,
      column: 10,
      source: "  b: [1,\t2]",
      length: 1,
    });
  });

  test("of a value inside an alias is the alias", () => {
    const { file } = parseYaml("f.yaml", "a: &m { k: 1 }\nb: *m\n");
    expect(file?.value).toEqual({ a: { k: 1 }, b: { k: 1 } });
    expect(file?.place(["b", "k"])).toMatchObject({ line: 2, column: 4, length: 2 });
  });
});

test("a YAML file other than a manifest is read as plain data", async () => {
  const path = join(directory, "config", "interserve.config.yaml");
  mkdirSync(join(directory, "config"));
  writeFileSync(path, "# nothing yet\n");
  expect(await readYamlFile(path)).toMatchObject({ problems: [], file: { path, value: {} } });
  writeFileSync(path, "engine:\ngrace: 3\nlist: [~, { a: ~ }]\n");
  expect((await readYamlFile(path)).file?.value).toEqual({ grace: 3, list: [null, {}] });
});

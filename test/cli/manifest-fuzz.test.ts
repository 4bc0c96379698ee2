import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { loadManifest } from "../../src/manifest/load.ts";
import { renderProblem } from "../../src/terminal/problems.ts";
import { corpus, hasCorpus } from "../corpus.ts";
import { Rig } from "../rig.ts";

const directory = mkdtempSync(join(tmpdir(), "interserve-fuzz-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const file = join(directory, "x.exec.yaml");

/** Loads a text and checks that the result is a manifest, or errors with places. */
async function holds(content: string | Uint8Array): Promise<void> {
  writeFileSync(file, content);
  const { manifest, problems } = await loadManifest(file);
  const errors = problems.filter(({ severity }) => severity === "error");
  expect(manifest === undefined).toBe(errors.length > 0);
  const text = typeof content === "string" ? content : Buffer.from(content).toString("utf8");
  const lines = text.split("\n").length;
  for (const { code, message, place, hint, related = [] } of problems) {
    expect(code).toMatch(/^[a-z0-9-]+$/);
    expect(message.length).toBeGreaterThan(3);
    expect(message).not.toMatch(/\n|undefined|\[object|Error:|NaN/);
    expect(hint ?? "").not.toMatch(/undefined|\[object/);
    for (const { file: at, line, column } of [place, ...related.map((one) => one.place)]) {
      expect(at).toBe(file);
      expect(line).toBeGreaterThanOrEqual(1);
      expect(line).toBeLessThanOrEqual(lines);
      expect(column).toBeGreaterThanOrEqual(1);
    }
  }
  for (const problem of problems) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be there.
    expect(renderProblem(problem, { color: false })).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
  }
}

const words = fc.constantFrom(
  "version",
  "mode",
  "stages",
  "tasks",
  "id",
  "name",
  "depends",
  "files",
  "verify",
  "run",
  "env",
  "1",
  "a",
  "b",
  "dependency-driven",
  "all-parallel",
  "true",
  "null",
  "~",
  "1e999",
  ".inf",
  ".nan",
  "0x10",
  "2001-01-01",
  "&x",
  "*x",
  "<<",
  "!!str",
  "!foo",
  "__proto__",
  "constructor",
  "'",
  '"',
  "|",
  ">",
  "%",
  "@",
  "`",
  "?",
  "-",
  ":",
  ",",
  "[",
  "]",
  "{",
  "}",
  "#",
  "\t",
  "é",
  "💥",
  "\u202e",
  "---",
  "...",
);
const yamlish = fc
  .array(
    fc.tuple(
      fc.nat(8),
      fc.constantFrom("", "- ", "? "),
      words,
      fc.constantFrom(": ", ":", " ", "", ": - "),
      words,
    ),
    { maxLength: 25 },
  )
  .map((lines) =>
    lines
      .map(([indent, mark, key, mid, value]) => `${" ".repeat(indent)}${mark}${key}${mid}${value}`)
      .join("\n"),
  );

const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom<unknown>(
      "a",
      "b",
      "",
      1,
      0,
      -1,
      1.5,
      1e21,
      true,
      null,
      "dependency-driven",
      "manual-batching",
      "strict",
    ),
    fc.array(tie("value"), { maxLength: 3 }),
    tie("map"),
  ),
  map: fc.dictionary(
    fc.constantFrom(
      "version",
      "mode",
      "tier",
      "stages",
      "name",
      "tasks",
      "id",
      "title",
      "depends",
      "files",
      "verify",
      "run",
      "expect",
      "env",
      "retries",
      "timeout",
      "prompt",
      "prompt_file",
      "engine",
      "__proto__",
      "x",
    ),
    tie("value"),
    { maxKeys: 6 },
  ),
}));

describe("the loader never throws, and every error has a place", () => {
  test("random text that looks like YAML", async () => {
    await fc.assert(fc.asyncProperty(yamlish, holds), { numRuns: 300 });
  });

  test("random bytes", async () => {
    await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), holds), { numRuns: 200 });
  });

  test("manifests of wrong values, written as JSON, which is YAML", async () => {
    const shaped = fc.record({
      version: fc.oneof(fc.constant(1), json.value),
      mode: json.value,
      stages: fc.array(
        fc.record({ name: json.value, tasks: fc.oneof(fc.array(json.map, { maxLength: 4 }), json.value) }),
        { maxLength: 3 },
      ),
    });
    await fc.assert(
      fc.asyncProperty(fc.oneof(shaped, json.map), (value) => holds(JSON.stringify(value, null, 1))),
      { numRuns: 300 },
    );
  });

  test.skipIf(!hasCorpus)(
    "real manifests, cut off, with a line lost, a character changed, tabs, CRLF or a byte order mark",
    async () => {
      const names = readdirSync(corpus).filter((name) => name.endsWith(".exec.yaml"));
      const texts = names.map((name) => readFileSync(join(corpus, name), "utf8"));
      const change = fc.oneof(
        fc.nat().map((at) => (text: string) => text.slice(0, at % (text.length + 1))),
        fc.nat().map(
          (at) => (text: string) =>
            text
              .split("\n")
              .filter((_, line, all) => line !== at % all.length)
              .join("\n"),
        ),
        fc.tuple(fc.nat(), words).map(([at, word]) => (text: string) => {
          const cut = at % (text.length + 1);
          return text.slice(0, cut) + word + text.slice(cut + 1);
        }),
        fc.constant((text: string) => text.replaceAll("    ", "\t")),
        fc.constant((text: string) => text.replaceAll("\n", "\r\n")),
        fc.constant((text: string) => `\ufeff${text}`),
      );
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...texts),
          fc.array(change, { minLength: 1, maxLength: 3 }),
          (text, changes) => holds(changes.reduce((changed, one) => one(changed), text)),
        ),
        { numRuns: 300 },
      );
    },
  );

  test.skipIf(!hasCorpus)("real manifests with CRLF and a byte order mark stay valid", async () => {
    for (const name of readdirSync(corpus).filter((one) => one.endsWith(".exec.yaml"))) {
      writeFileSync(file, `\ufeff${readFileSync(join(corpus, name), "utf8").replaceAll(/\r?\n/g, "\r\n")}`);
      expect((await loadManifest(file)).manifest).toBeDefined();
    }
  });
});

describe("the command line reports a problem, exits with 2 and prints no stack", () => {
  const bomb = `a: &a [x, x, x, x, x, x, x, x, x]\n${[..."bcdefghij"].map((name, at) => `${name}: &${name} [${Array(9).fill(`*${"abcdefghi"[at]}`).join(", ")}]`).join("\n")}\n`;
  const cases: Record<string, string | Uint8Array> = {
    "an empty file": "",
    "only a comment": "# nothing\n",
    "only a byte order mark": "\ufeff",
    "a tab as indentation": "version: 1\nstages:\n\t- name: a\n",
    "an alias bomb": bomb,
    "an alias of itself": "a: &a [*a]\nstages: &s\n  - *s\n",
    "100 000 brackets": "[".repeat(100_000),
    "100 000 maps in maps": Array.from({ length: 3000 }, (_, depth) => `${" ".repeat(depth)}a:`).join("\n"),
    "a list": "- a\n- b\n",
    "a word": "hello",
    "a number": "42",
    "two documents": "version: 1\n---\nversion: 1\n",
    "an unclosed quote": 'version: 1\nmode: "x\n',
    "a binary file": Uint8Array.from({ length: 4000 }, (_, at) => (at * 7919) % 256),
    "UTF-16": Buffer.from("version: 1\n", "utf16le"),
    "a NUL": "version: 1\u0000\n",
    "old Mac line ends": "version: 1\rmode: x\r",
    "10 MB": "#".repeat(10 * 1024 * 1024),
    "4 MB on one line": `version: "${"x".repeat(4 * 1024 * 1024)}"`,
    "150 000 keys": Array.from({ length: 150_000 }, (_, at) => `k${at}: ${at}`).join("\n"),
    "150 000 items": `stages: [${"1,".repeat(150_000)}]`,
    "150 000 times a key": "a: 1\n".repeat(150_000),
    "keys that every object has": "__proto__: {a: 1}\nconstructor: 1\nstages: [{__proto__: 1}]\n",
    "a merge of what is no map": "<<: 1\nversion: 1\n",
    "a key that is a map": "? {a: 1}\n: 2\nversion: 1\n",
  };
  test.each(Object.keys(cases))("%s", async (name) => {
    const rig = await Rig.make();
    try {
      writeFileSync(join(rig.dir, "x.exec.yaml"), cases[name] ?? "");
      for (const args of name.startsWith("150 000")
        ? [["check", "--json"]]
        : [["run"], ["check", "--json"]]) {
        const { code, stdout, stderr } = await rig.run(...args, "x.exec.yaml");
        expect({ args, code }).toEqual({ args, code: 2 });
        expect(stdout + stderr).not.toMatch(/^ +at |node:internal|bug in interserve/m);
        if (args[1]) {
          const { problems } = JSON.parse(stdout);
          expect(problems.length).toBeGreaterThan(0);
          for (const { line, column } of problems) expect(line * column).toBeGreaterThanOrEqual(1);
        } else expect(stdout + stderr).toMatch(/x\.exec\.yaml:\d+:\d+ error [a-z0-9-]+: /);
      }
      expect(await rig.runs()).toEqual([]);
    } finally {
      await rig.close();
    }
  });
});

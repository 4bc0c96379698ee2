import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { configSchema } from "../../schemas/config.ts";
import { goesBeyond, grantedSettings, without } from "../../src/job/granted-settings.ts";

/** The keys of a schema at any depth, without those that need approval. */
function plainKeys(schema: v.GenericSchema, path: readonly string[] = []): string[] {
  const { entries, wrapped } = schema as {
    readonly entries?: Readonly<Record<string, v.GenericSchema>>;
    readonly wrapped?: v.GenericSchema;
  };
  if (wrapped) return plainKeys(wrapped, path);
  if (!entries) return [path.join(".")];
  const granted = Object.keys(entries).filter((key) => {
    const value = path.concat(key).reduceRight<unknown>((inner, step) => ({ [step]: inner }), "x");
    return grantedSettings(value).length > 0;
  });
  return Object.entries(entries)
    .filter(([key]) => !granted.includes(key))
    .flatMap(([key, inner]) => plainKeys(inner, [...path, key]));
}

test("a key that a project may set without approval is one of these", () => {
  const tunings = (tier: string) =>
    ["codex", "claude"].flatMap((name) => [`tiers.${tier}.${name}.model`, `tiers.${tier}.${name}.effort`]);
  expect(plainKeys(configSchema).sort()).toEqual(
    [
      ...["engine", "grace", "stall_timeout", "backoff.first", "backoff.most"],
      ...["limit_pause.first", "limit_pause.most"],
      ...["fast", "deep"].flatMap((tier) => [
        `tiers.${tier}.engine`,
        `tiers.${tier}.max_parallel`,
        ...tunings(tier),
      ]),
      ...["codex", "claude", "dispatch", "command"].map((name) => `engines.${name}.max_parallel`),
      ...["codex", "claude"].flatMap((name) => [`engines.${name}.model`, `engines.${name}.structured`]),
      ...["engines.claude.max_turns", "engines.claude.max_cost"],
    ].sort(),
  );
});

describe("a setting of a project", () => {
  const beyond = (own: object, project: object) => {
    const config = (engines: object) => v.parse(configSchema, { engines });
    return grantedSettings({ engines: project })
      .filter((setting) => goesBeyond(setting, config(own), config({ ...own, ...project })))
      .map(({ key }) => key);
  };

  test.each([
    [{}, { codex: { sandbox: "read-only", executable: "codex" } }],
    [{ codex: { sandbox: "danger-full-access" } }, { codex: { sandbox: "danger-full-access" } }],
    [{}, { claude: { allowed_tools: [] } }],
    [{}, { claude: { allowed_tools: ["Bash", "Bash(npm test)"] } }],
    [{ command: { run: "true" } }, { command: { run: "true" } }],
    [{}, { command: { env: ["*"] }, codex: { env: [] } }],
    [{}, { codex: { model: "m", max_parallel: 2 } }],
  ])("over %j, %j does not go beyond the user's own", (own, project) =>
    expect(beyond(own, project)).toEqual([]),
  );

  test.each([
    [{}, { codex: { executable: "./codex" } }, "engines.codex.executable"],
    [{}, { claude: { executable: "claude.sh" } }, "engines.claude.executable"],
    [{}, { dispatch: { script: "d.sh" } }, "engines.dispatch.script"],
    [{ command: { run: "true" } }, { command: { run: "false" } }, "engines.command.run"],
    [{}, { codex: { sandbox: "danger-full-access" } }, "engines.codex.sandbox"],
    [{ codex: { sandbox: "read-only" } }, { codex: { sandbox: "workspace-write" } }, "engines.codex.sandbox"],
    [{}, { claude: { allowed_tools: ["Bash", "WebFetch"] } }, "engines.claude.allowed_tools"],
    [
      { claude: { allowed_tools: ["Bash(npm test)"] } },
      { claude: { allowed_tools: ["Bash"] } },
      "engines.claude.allowed_tools",
    ],
    [{}, { claude: { allowed_tools: ["Bash(ls),WebFetch(x)"] } }, "engines.claude.allowed_tools"],
    [{}, { codex: { env: ["*", "MY_TOKEN"] } }, "engines.codex.env"],
    [{ command: { env: [] } }, { command: { env: ["*"] } }, "engines.command.env"],
    [{ claude: { env: [] } }, { claude: { env: { inherit: "all" } } }, "engines.claude.env"],
  ])("over %j, %j goes beyond the user's own", (own, project, key) =>
    expect(beyond(own, project)).toEqual([key]),
  );
});

test("a value without a part is a copy, in which everything else stays", () => {
  const shared = { b: 1, c: 2 };
  const value = { a: shared, d: shared };
  expect(without(value, ["a", "b"])).toEqual({ a: { c: 2 }, d: { b: 1, c: 2 } });
  expect(without(value, ["x", "b"])).toEqual({ a: shared, d: shared });
  expect(value).toEqual({ a: { b: 1, c: 2 }, d: { b: 1, c: 2 } });
});

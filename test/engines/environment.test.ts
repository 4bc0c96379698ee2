import { describe, expect, test } from "vitest";
import { environmentFor } from "../../src/engines/environment.ts";

const all = {
  PATH: "/bin",
  LC_ALL: "C",
  JAVA_HOME: "/java",
  MONKEY: "1",
  OPENAI_API_KEY: "o",
  CODEX_HOME: "/codex",
  ANTHROPIC_API_KEY: "a",
  CLAUDE_CODE_OAUTH_TOKEN: "c",
  GITHUB_TOKEN: "g",
  DB_PASSWORD: "d",
  npm_config__auth_token: "n",
  GONE: undefined,
};
const names = (...args: Parameters<typeof environmentFor>) => Object.keys(environmentFor(...args)).sort();

describe("without a list of variables", () => {
  test("an agent gets everything but secrets that are not its own", () => {
    const plain = ["JAVA_HOME", "LC_ALL", "MONKEY", "PATH"];
    expect(names("codex", undefined, all)).toEqual(["CODEX_HOME", ...plain, "OPENAI_API_KEY"].sort());
    const claude = ["ANTHROPIC_API_KEY", "CLAUDE_CODE_OAUTH_TOKEN", "CODEX_HOME"];
    expect(names("claude", undefined, all)).toEqual([...claude, ...plain].sort());
  });

  test.each(["command", "dispatch"] as const)("%s gets the user's whole environment", (engine) => {
    const { GONE: _, ...there } = all;
    expect(environmentFor(engine, undefined, all)).toEqual(there);
  });
});

describe("with a list of variables", () => {
  test("an engine gets the basic variables, its own and those on the list", () => {
    expect(names("codex", ["JAVA_*", "GITHUB_TOKEN"], all)).toEqual(
      ["CODEX_HOME", "GITHUB_TOKEN", "JAVA_HOME", "LC_ALL", "OPENAI_API_KEY", "PATH"].sort(),
    );
    expect(names("command", [], all)).toEqual(["LC_ALL", "PATH"]);
  });

  test("a star means every variable that does not look like a secret", () => {
    const plain = ["CODEX_HOME", "JAVA_HOME", "LC_ALL", "MONKEY", "PATH"];
    expect(names("command", ["*"], all)).toEqual(plain);
    expect(names("codex", ["*", "DB_PASSWORD"], all)).toEqual(
      [...plain, "DB_PASSWORD", "OPENAI_API_KEY"].sort(),
    );
  });
});

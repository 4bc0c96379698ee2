import { describe, expect, test } from "vitest";
import { environmentFor, isWithin } from "../../src/engines/environment.ts";

const all = {
  PATH: "/bin",
  LC_ALL: "C",
  JAVA_HOME: "/java",
  MONKEY: "1",
  OPENAI_API_KEY: "o",
  CODEX_HOME: "/codex",
  ANTHROPIC_API_KEY: "a",
  CLAUDE_CODE_OAUTH_TOKEN: "c",
  DATABASE_URL: "postgres://app:pw@db/x",
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

describe("with a policy", () => {
  test.each([
    [{ inherit: "all" }, ["CODEX_HOME", "JAVA_HOME", "LC_ALL", "MONKEY", "OPENAI_API_KEY", "PATH"]],
    [{ inherit: "core" }, ["CODEX_HOME", "LC_ALL", "OPENAI_API_KEY", "PATH"]],
    [{ inherit: "none", include: ["path", "*_HOME"] }, ["CODEX_HOME", "JAVA_HOME", "PATH"]],
    [{ exclude: ["codex_*", "*KEY"] }, ["JAVA_HOME", "LC_ALL", "PATH"]],
    [
      { inherit: "core", include: ["*_TOKEN", "DATABASE_URL"], exclude: ["GITHUB_*", "OPENAI*KEY"] },
      [
        ...["CLAUDE_CODE_OAUTH_TOKEN", "CODEX_HOME", "DATABASE_URL", "LC_ALL", "PATH"],
        "npm_config__auth_token",
      ],
    ],
  ] as const)("%j an agent gets %j", (policy, expected) => {
    const whole = { include: [], exclude: [], ...policy };
    expect(names("codex", whole as never, all)).toEqual([...expected]);
  });

  test("a program of the user's own gets everything but what is excluded", () => {
    const { GONE: _, DB_PASSWORD: __, ...rest } = all;
    const policy = { include: [], exclude: ["DB_*"] };
    expect(environmentFor("command", policy, all)).toEqual(rest);
  });
});

test("a basic variable whose value holds a password passes only if it is listed", () => {
  const proxy = { HTTPS_PROXY: "http://user:pw@proxy:3128" };
  expect(names("codex", undefined, proxy)).toEqual([]);
  expect(names("codex", ["*", "HTTPS_PROXY"], proxy)).toEqual(["HTTPS_PROXY"]);
});

describe("git's settings in numbered variables", () => {
  const config = {
    GIT_CONFIG_COUNT: "3",
    GIT_CONFIG_KEY_0: "http.extraheader",
    GIT_CONFIG_VALUE_0: "AUTHORIZATION: basic eDpnaHBfMDEyMw==",
    GIT_CONFIG_KEY_1: "safe.directory",
    GIT_CONFIG_VALUE_1: "*",
    GIT_CONFIG_KEY_2: "user.name",
    GIT_CONFIG_VALUE_2: "me",
    GIT_CONFIG_KEY_3: "of.earlier",
    GIT_CONFIG_VALUE_3: "x",
  };

  test("are numbered anew without those whose value is a secret", () => {
    expect(environmentFor("codex", undefined, config)).toEqual({
      GIT_CONFIG_COUNT: "2",
      GIT_CONFIG_KEY_0: "safe.directory",
      GIT_CONFIG_VALUE_0: "*",
      GIT_CONFIG_KEY_1: "user.name",
      GIT_CONFIG_VALUE_1: "me",
    });
    expect(environmentFor("codex", ["GIT_CONFIG_COUNT", "*KEY_*"], config)).toEqual({
      GIT_CONFIG_COUNT: "0",
    });
  });

  test("pass to a program of the user's own", () => {
    const { GIT_CONFIG_KEY_3: _, GIT_CONFIG_VALUE_3: __, ...counted } = config;
    expect(environmentFor("command", undefined, config)).toEqual(counted);
  });
});

describe("a setting", () => {
  test.each([
    [["*"], undefined],
    [[], ["A"]],
    [["A_B", "A_*C"], ["A_*"]],
    [{ inherit: "core", include: [], exclude: [] }, undefined],
    [
      { inherit: "all", include: [], exclude: ["A_*", "B"] },
      { include: [], exclude: ["a_c"] },
    ],
  ] as const)("%j is within %j", (inner, outer) =>
    expect(isWithin("codex", inner as never, outer as never)).toBe(true),
  );

  test.each([
    [["*", "A"], undefined],
    [["A_*"], ["A_B"]],
    [undefined, []],
    [{ inherit: "all", include: [], exclude: [] }, ["A"]],
    [
      { include: [], exclude: ["A_C"] },
      { include: [], exclude: ["A_*"] },
    ],
  ] as const)("%j is not within %j", (inner, outer) =>
    expect(isWithin("codex", inner as never, outer as never)).toBe(false),
  );

  test("every setting of a program of the user's own is within its default", () => {
    expect(isWithin("command", ["*", "MY_TOKEN"], undefined)).toBe(true);
    expect(isWithin("command", undefined, ["*"])).toBe(false);
  });
});

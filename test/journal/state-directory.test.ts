import { describe, expect, test } from "vitest";
import { stateDirectory } from "../../src/journal/state-directory.ts";
import { UsageError } from "../../src/problem.ts";

describe("the state directory", () => {
  const all = { INTERSERVE_STATE_DIR: "/given", XDG_STATE_HOME: "/xdg", HOME: "/home/pat" };
  test.each([
    ["INTERSERVE_STATE_DIR", all, "/configured", "/given"],
    ["the configured one", { ...all, INTERSERVE_STATE_DIR: "" }, "/configured", "/configured"],
    ["the configured one in the home directory", { HOME: "/home/pat" }, "~/runs", "/home/pat/runs"],
    ["in XDG_STATE_HOME", { XDG_STATE_HOME: "/xdg", HOME: "/home/pat" }, undefined, "/xdg/interserve"],
    ["in the home directory", { HOME: "/home/pat" }, undefined, "/home/pat/.local/state/interserve"],
    [
      "in the home directory if XDG_STATE_HOME is relative",
      { XDG_STATE_HOME: "xdg", HOME: "/home/pat" },
      undefined,
      "/home/pat/.local/state/interserve",
    ],
  ] as const)("is %s", (_, env, configured, expected) => {
    expect(stateDirectory(env, configured)).toBe(expected);
  });

  test("cannot be a relative path in the environment", () => {
    expect(() => stateDirectory({ INTERSERVE_STATE_DIR: "state" })).toThrow(UsageError);
  });
});

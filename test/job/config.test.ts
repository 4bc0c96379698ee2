import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { loadConfig, userConfigFile } from "../../src/job/config.ts";
import { lines } from "../manifest/load.ts";

let dir: string;
const home = () => ({ HOME: join(dir, "home") });
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "interserve-config-"));
  await mkdir(join(dir, "home/.config/interserve"), { recursive: true });
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const project = (text: string) => writeFile(join(dir, "interserve.config.yaml"), text);
const user = (text: string) => writeFile(userConfigFile(home()), text);
const load = () => loadConfig(dir, home());

test("without files the defaults apply, which name no model", async () => {
  const { config, problems } = await load();
  expect(problems).toEqual([]);
  expect(config).toEqual({
    grace: 5,
    backoff: { first: 2, most: 120 },
    limit_pause: { first: 60, most: 3600 },
    tiers: { fast: { codex: {}, claude: {} }, deep: { codex: {}, claude: {} } },
    engines: {
      codex: { executable: "codex", sandbox: "workspace-write", structured: true },
      claude: { executable: "claude", allowed_tools: ["Bash"], structured: true },
      command: {},
      dispatch: {},
    },
  });
});

test("the user's file is in XDG_CONFIG_HOME, or else below the home directory", () => {
  expect(userConfigFile({ HOME: "/h", XDG_CONFIG_HOME: "/x" })).toBe("/x/interserve/config.yaml");
  expect(userConfigFile({ HOME: "/h" })).toBe("/h/.config/interserve/config.yaml");
});

test("the project's file overrides the user's key by key, and lists as a whole", async () => {
  await user(`engine: claude
grace: 9
tiers: { fast: { engine: codex, codex: { model: small, effort: medium } } }
engines: { claude: { allowed_tools: [Bash, Read], model: m }, codex: { env: [A, B] } }
`);
  await project(
    "grace: 1\ntiers: { fast: { codex: { effort: low } } }\nengines: { claude: { allowed_tools: [] } }\n",
  );
  const { config, problems } = await load();
  expect(problems).toEqual([]);
  expect(config).toMatchObject({
    engine: "claude",
    grace: 1,
    tiers: { fast: { engine: "codex", codex: { model: "small", effort: "low" } } },
    engines: { claude: { allowed_tools: [], model: "m" }, codex: { env: ["A", "B"] } },
  });
});

test("all problems of both files are reported at once, with their places", async () => {
  await user("engine: gemini\n");
  await project(
    "tiers: { fast: { codex: { effort: hihg } } }\nengines: { codex: { env: [A-B], sandbx: none } }\n",
  );
  const { config, problems } = await load();
  expect(config).toBeUndefined();
  expect(problems.map(({ place }) => place.file)).toEqual([
    userConfigFile(home()),
    ...Array(3).fill(join(dir, "interserve.config.yaml")),
  ]);
  expect(problems.flatMap(lines)).toEqual([
    '1:9 [gemini] error invalid-value: "engine" must be one of codex, claude, dispatch or command, found "gemini"',
    '1:35 [hihg] error invalid-value: "tiers.fast.codex.effort" must be one of low, medium, high or xhigh, found "hihg"',
    '  did you mean "high"?',
    '2:27 [A-B] error invalid-value: entry 1 of "engines.codex.env" must be the name of a variable, which may contain *, found "A-B"',
    '2:33 [sandbx] warning unknown-key: unknown key "sandbx" in "engines.codex": it is ignored',
    '  did you mean "sandbox"?',
  ]);
});

test("an empty file changes nothing, and a file with only warnings is used", async () => {
  await user("");
  await project("grase: 3\n");
  const { config, problems } = await load();
  expect(config?.grace).toBe(5);
  expect(problems.map(({ code, severity }) => `${severity} ${code}`)).toEqual(["warning unknown-key"]);
});

test("an environment is a list or a policy, and the errors are those of the one that is given", async () => {
  await project(`engines:
  codex: { env: { inherit: al, exlude: [A_*], include: [1] } }
  claude: { env: PATH }
`);
  expect((await load()).problems.flatMap(lines)).toEqual([
    '2:28 [al] error invalid-value: "engines.codex.env.inherit" must be one of all, core or none, found "al"',
    '2:57 [1] error wrong-type: entry 1 of "engines.codex.env.include" must be a string, found the number 1',
    '  write `"1"`',
    '3:18 [PATH] error wrong-type: "engines.claude.env" must be a list of strings or a map, found the string "PATH"',
    '2:32 [exlude] warning unknown-key: unknown key "exlude" in "engines.codex.env": it is ignored',
    '  did you mean "exclude"?',
  ]);
  await project("engines: { codex: { env: { exclude: [A_*] } }, claude: { env: ['*'] } }\n");
  expect((await load()).config?.engines).toMatchObject({
    codex: { env: { exclude: ["A_*"], include: [] } },
    claude: { env: ["*"] },
  });
});

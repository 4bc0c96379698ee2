/**
 * The folders from top to bottom, each with the folders and files that it may import besides itself.
 * Imports go downward only: a folder may name only what stands below it. See docs/architecture.md.
 */
const base = ["src/text", "src/problem.ts", "schemas"];
const layers = {
  "src/main.ts": ["src/cli"],
  "src/index.ts": ["src/run", "src/job", "src/manifest", "src/problem.ts", "schemas"],
  "src/cli": [
    ...["src/report", "src/inspect", "src/terminal", "src/run", "src/sync", "src/job"],
    ...["src/engines/engine.ts", "src/journal", "src/history", "src/process", "src/version.ts", ...base],
  ],
  visualizations: ["machines/chart.ts", "machines/modes", "src/history", "src/text", "schemas"],
  "src/report": [
    ...["src/inspect", "src/job", "src/plan", "src/journal", "src/history", "machines/modes"],
    ...["src/yaml", ...base],
  ],
  "src/inspect": ["src/journal", "src/history", "machines", ...base],
  "src/terminal": ["src/job", "src/history", "machines/modes", ...base],
  "src/run": [
    ...["src/sync", "src/job", "src/plan", "src/engines", "src/routing", "src/journal", "src/history"],
    ...["src/git", "src/process", "machines", ...base],
  ],
  "src/job": [
    ...["src/sync", "src/manifest", "src/plan", "src/engines", "src/journal", "src/git", "machines"],
    ...["src/yaml", ...base],
  ],
  "src/sync": ["src/manifest", "src/derive", "src/plan", "machines", "src/yaml", ...base],
  "src/manifest": ["src/plan/checks", "machines/modes", "machines/schedule", "src/yaml", ...base],
  "src/derive": ["machines/modes", "machines/schedule", ...base],
  "src/plan": ["machines/schedule", "src/yaml", ...base],
  "src/engines": ["src/process", ...base],
  "src/routing": base,
  "src/journal": ["src/history", "src/git", "src/process", ...base],
  "src/history": ["machines/modes", ...base],
  "src/git": ["src/process", ...base],
  "src/process": ["src/text"],
  "src/yaml": ["src/text", "src/problem.ts"],
  "src/text": ["schemas"],
  "src/version.ts": [],
  "src/problem.ts": [],
  machines: ["schemas"],
  schemas: [],
};

const pathOf = (name) => `^${name.replaceAll(".", "\\.")}${name.endsWith(".ts") ? "$" : "/"}`;
const ours = "^(src|machines|schemas|visualizations)/";
const names = Object.keys(layers);
const layerRules = names.map((name, at) => {
  const allowed = layers[name];
  const isBelow = (target) => names.slice(at + 1).some((lower) => `${target}/`.startsWith(`${lower}/`));
  const upward = allowed.find((target) => !isBelow(target));
  if (upward) throw new Error(`${name} may not import ${upward}, which does not stand below it`);
  return {
    name: `layer-${name}`,
    severity: "error",
    from: { path: pathOf(name) },
    to: { path: ours, pathNot: [name, ...allowed].map(pathOf) },
  };
});

const node = (...names) => `^(node:)?(${names.join("|")})(/|$)`;

module.exports = {
  forbidden: [
    ...layerRules,
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "no-orphans",
      severity: "error",
      from: { orphan: true, path: ours },
      to: {},
    },
    {
      name: "every-folder-and-loose-file-is-in-the-list",
      severity: "error",
      from: {},
      to: { path: ours, pathNot: names.map(pathOf) },
    },
    {
      name: "only-program-imports-commands",
      severity: "error",
      from: { pathNot: "^src/cli/program\\.ts$" },
      to: { path: "^src/cli/commands/" },
    },
    {
      name: "session-imports-of-cli-only-the-exit-status",
      severity: "error",
      from: { path: "^src/cli/session/" },
      to: { path: "^src/cli/", pathNot: "^src/cli/(session/|exit-status\\.ts$)" },
    },
    {
      name: "pages-machines-and-history-have-no-effects",
      severity: "error",
      from: { path: "^(visualizations/page|machines|schemas|src/history)/" },
      to: { dependencyTypes: ["core"], pathNot: node("path") },
    },
    {
      name: "machines-import-xstate-only",
      severity: "error",
      from: { path: "^machines/" },
      to: { path: "node_modules/(?!xstate/)" },
    },
    {
      name: "schemas-import-valibot-only",
      severity: "error",
      from: { path: "^schemas/" },
      to: { path: "node_modules/(?!valibot/)" },
    },
    {
      name: "only-spawn-starts-processes",
      severity: "error",
      from: { path: "^(src|machines|schemas)/", pathNot: "^src/process/spawn\\.ts$" },
      to: { path: ["node_modules/execa/", node("child_process", "cluster", "worker_threads")] },
    },
    {
      name: "nothing-imports-tests",
      severity: "error",
      from: { path: [ours, "^bench/"] },
      to: { path: "^test/" },
    },
  ],
  options: {
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^dist/" },
  },
};

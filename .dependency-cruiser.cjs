/** Who may import whom: downward only, and no cycles. See docs/architecture.md. */
const only = (name, from, allowed) => ({
  name,
  severity: "error",
  from: { path: from },
  to: {
    pathNot: [...allowed, "^node_modules", "^node:", "^[a-z_/-]+$"],
    dependencyTypesNot: ["core", "npm", "npm-dev"],
  },
});
const base = ["^schemas/", "^src/problem\\.ts$", "^src/text/", "^src/yaml/"];
const leaf = (folder, ...more) =>
  only(`src-${folder}-is-a-leaf`, `^src/${folder}/`, [`^src/${folder}/`, ...base, "^src/process/", ...more]);

module.exports = {
  forbidden: [
    {
      name: "no-cycles",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "no-orphans",
      severity: "error",
      from: { orphan: true, path: "^(src|machines|schemas)/" },
      to: {},
    },
    only("schemas-stand-alone", "^schemas/", ["^schemas/"]),
    only("machines-know-schemas-only", "^machines/", ["^machines/", "^schemas/"]),
    {
      name: "machines-have-no-effects",
      severity: "error",
      from: { path: "^machines/" },
      to: { path: ["^(node:)?(fs|child_process|net|http|os|process|timers)", "node_modules/(?!xstate/)"] },
    },
    {
      name: "schemas-import-valibot-only",
      severity: "error",
      from: { path: "^schemas/" },
      to: { path: "node_modules/(?!valibot/)" },
    },
    leaf("manifest", "^machines/(graph|locks)\\.ts$"),
    leaf("plan", "^machines/(graph|locks)\\.ts$"),
    leaf("derive"),
    leaf("routing"),
    leaf("engines"),
    leaf("process"),
    leaf("git"),
    leaf("journal"),
    leaf("report", "^src/(overview|run-view)\\.ts$"),
    leaf("inspect", "^machines/chart\\.ts$"),
    only("visualizations-know-charts-and-the-view", "^visualizations/", [
      "^visualizations/",
      "^schemas/",
      "^machines/chart\\.ts$",
      "^src/run-view\\.ts$",
      "^src/text/shell-quoted\\.ts$",
    ]),
    {
      name: "only-spawn-starts-processes",
      severity: "error",
      from: { path: "^(src|machines|schemas)/", pathNot: "^src/process/spawn\\.ts$" },
      to: { path: ["node_modules/execa/", "^(node:)?child_process$"] },
    },
    {
      name: "nothing-imports-tests",
      severity: "error",
      from: { path: "^(src|machines|schemas|bench)/" },
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

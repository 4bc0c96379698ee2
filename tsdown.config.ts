import { defineConfig } from "tsdown";

const shared = {
  format: "esm",
  platform: "node",
  target: "node20.19",
  outDir: "dist",
  fixedExtension: false,
  logLevel: "warn",
  checks: { pluginTimings: false },
} as const;

export default defineConfig([
  // The command line holds the packages that every command loads: one file to read in place of a hundred.
  {
    ...shared,
    entry: { main: "src/main.ts" },
    deps: { alwaysBundle: ["commander", "yaml", "valibot", "leven", "picocolors"], onlyBundle: false },
    dts: false,
  },
  { ...shared, entry: { index: "src/index.ts" }, dts: true, clean: false },
]);

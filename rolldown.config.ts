import { chmodSync } from "node:fs";
import { defineConfig, type Plugin, type RolldownOptions } from "rolldown";

/** Packages that every command loads. Bundling them into the command line saves reading a hundred files. */
const bundled = [
  ...["commander", "yaml", "valibot", "leven", "picocolors"],
  ...["markdown-it", "entities", "linkify-it", "mdurl", "punycode.js", "uc.micro"],
];

const isPackage = (id: string) => /^[^./]/.test(id);
const isUnbundled = (id: string) =>
  isPackage(id) && !bundled.some((name) => id === name || id.startsWith(`${name}/`));

const shared: RolldownOptions = { platform: "node", transform: { target: "node20.19" } };
const output = { dir: "dist", chunkFileNames: "[name]-[hash].js" };

const executable: Plugin = {
  name: "executable",
  writeBundle: () => chmodSync("dist/main.js", 0o755),
};

/** Points the library's types to the declarations that `tsc -p tsconfig.types.json` writes into dist/types. */
const types: Plugin = {
  name: "types",
  generateBundle() {
    const source = 'export * from "./types/src/index.ts";\n';
    this.emitFile({ type: "asset", fileName: "index.d.ts", source });
  },
};

export default defineConfig([
  {
    ...shared,
    input: "./src/main.ts",
    external: isUnbundled,
    output: {
      ...output,
      cleanDir: true,
      // What every command loads is one file, although commands share parts of it.
      codeSplitting: { groups: [{ name: "cli", test: /\/src\/cli\/main\.ts$/ }] },
    },
    plugins: [executable],
  },
  {
    ...shared,
    input: "./src/index.ts",
    external: isPackage,
    output,
    plugins: [types],
    // `prepare` loads at once what `check` loads only when needed.
    checks: { ineffectiveDynamicImport: false },
  },
]);

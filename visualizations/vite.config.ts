import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";

/** What the page is made of beside our own code, with its licences. */
function licences(): Plugin {
  const files = { preact: "LICENSE", elkjs: "LICENSE.md", valibot: "LICENSE.md" };
  const text = Object.entries(files).map(([name, file]) => {
    const path = new URL(`../node_modules/${name}/${file}`, import.meta.url);
    return `${name}\n\n${readFileSync(path, "utf8")}`;
  });
  return {
    name: "licences",
    generateBundle() {
      this.emitFile({ type: "asset", fileName: "licences.txt", source: text.join("\n\n---\n\n") });
    },
  };
}

export default defineConfig({
  root: fileURLToPath(new URL("./page", import.meta.url)),
  base: "./",
  logLevel: "warn",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  plugins: [licences()],
  build: {
    outDir: fileURLToPath(new URL("../dist/inspect", import.meta.url)),
    emptyOutDir: true,
    assetsDir: "",
    // The policy of the page allows no script and no style inside it, and no data URL for a worker.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 2000,
  },
});

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";

/** What the page is made of beside our own code, with its licences. */
function licences(): Plugin {
  const files = { preact: "LICENSE", elkjs: "LICENSE.md", valibot: "LICENSE.md", xstate4: "LICENSE" };
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

/** The two packages that the XState inspector's page loads as they are; both come with XState's licence. */
function asTheyAre(): Plugin {
  const files = {
    "xstate4.js": "xstate4/dist/xstate.js",
    "xstate-inspect.js": "@xstate/inspect/dist/xstate-inspect.umd.min.js",
  };
  return {
    name: "as-they-are",
    generateBundle() {
      for (const [fileName, path] of Object.entries(files)) {
        const source = readFileSync(new URL(`../node_modules/${path}`, import.meta.url), "utf8");
        this.emitFile({ type: "asset", fileName, source });
      }
    },
  };
}

export default defineConfig({
  root: fileURLToPath(new URL("./page", import.meta.url)),
  base: "./",
  logLevel: "warn",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  plugins: [licences(), asTheyAre()],
  build: {
    outDir: fileURLToPath(new URL("../dist/inspect", import.meta.url)),
    emptyOutDir: true,
    rolldownOptions: {
      input: ["index", "xstate"].map((name) =>
        fileURLToPath(new URL(`./page/${name}.html`, import.meta.url)),
      ),
    },
    assetsDir: "",
    // The policy of the page allows no script and no style inside it, and no data URL for a worker.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 2000,
  },
});

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";

/** The licence files of the packages in the pages. */
const pageLicences = { preact: "LICENSE", elkjs: "LICENSE.md", valibot: "LICENSE.md" };

/** Returns the text of licences, by package and file. */
function licencesOf(files: Readonly<Record<string, string>>): string {
  const texts = Object.entries(files).map(([name, file]) => {
    const path = new URL(`../node_modules/${name}/${file}`, import.meta.url);
    return `${name}\n\n${readFileSync(path, "utf8")}`;
  });
  return texts.join("\n\n---\n\n");
}

/** Adds `licences.txt`. */
function licences(): Plugin {
  const source = licencesOf({ ...pageLicences, xstate4: "LICENSE" });
  return {
    name: "licences",
    generateBundle() {
      this.emitFile({ type: "asset", fileName: "licences.txt", source });
    },
  };
}

/** Copies the two packages that the XState inspector's page loads unchanged; both have XState's licence. */
function copiedPackages(): Plugin {
  const files = {
    "xstate4.js": "xstate4/dist/xstate.js",
    "xstate-inspect.js": "@xstate/inspect/dist/xstate-inspect.umd.min.js",
  };
  return {
    name: "copied-packages",
    generateBundle() {
      for (const [fileName, path] of Object.entries(files)) {
        const source = readFileSync(new URL(`../node_modules/${path}`, import.meta.url), "utf8");
        this.emitFile({ type: "asset", fileName, source });
      }
    },
  };
}

/**
 * Puts the page of a run into one file that requests nothing; the run's data replaces `<!--run-->`. The file's policy
 * allows its own script and style, and the worker that it creates.
 */
function singleFile(): Plugin {
  return {
    name: "single-file",
    generateBundle: {
      order: "post",
      handler(_, bundle) {
        const takeFile = (what: string, isIt: (file: (typeof bundle)[string]) => boolean): string => {
          const [file, ...more] = Object.values(bundle).filter(isIt);
          if (!file || more.length > 0) throw new Error(`expected one ${what}, found ${more.length + 1}`);
          delete bundle[file.fileName];
          return file.type === "chunk" ? file.code : String(file.source);
        };
        takeFile("page", ({ fileName }) => fileName.endsWith(".html"));
        const page = {
          style: takeFile("style", ({ fileName }) => fileName.endsWith(".css")),
          script: takeFile("script", ({ type }) => type === "chunk"),
          worker: takeFile("worker", ({ fileName }) => fileName.endsWith(".js")),
        };
        this.emitFile({ type: "asset", fileName: "report.html", source: reportHtml(page) });
      },
    },
  };
}

function reportHtml({ style, script, worker }: Record<"style" | "script" | "worker", string>): string {
  // These would end the script element, even inside a string.
  const code = script.replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--");
  const hash = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  const policy = [
    "default-src 'none'",
    `script-src ${hash(code)}`,
    `style-src ${hash(style)}`,
    "worker-src blob:",
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  // A report is passed on, so it includes its licences and the address of elkjs's source.
  const licences = `${licencesOf(pageLicences)}\n\nThe source of elkjs: https://github.com/kieler/elkjs`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>interserve</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<div id="page"></div>
<script type="application/json" id="worker">${JSON.stringify(worker).replaceAll("<", "\\u003c")}</script>
<script type="application/json" id="run"><!--run--></script>
<script type="module">${code}</script>
<script type="text/plain" id="licences">${licences.replaceAll("<", "&lt;")}</script>
</body>
</html>
`;
}

const page = (name: string) => fileURLToPath(new URL(`./page/${name}.html`, import.meta.url));

/** Builds the pages that the inspector serves; in mode `report`, the page of a run as one file. */
export default defineConfig(({ mode }) => ({
  root: fileURLToPath(new URL("./page", import.meta.url)),
  base: "./",
  logLevel: "warn",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  plugins: mode === "report" ? [singleFile()] : [licences(), copiedPackages()],
  build: {
    outDir: fileURLToPath(new URL(mode === "report" ? "../dist" : "../dist/inspect", import.meta.url)),
    emptyOutDir: mode !== "report",
    rolldownOptions: { input: mode === "report" ? [page("index")] : [page("index"), page("xstate")] },
    assetsDir: "",
    // The pages' policy forbids inline scripts and styles, and data URLs for workers.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 2000,
  },
}));

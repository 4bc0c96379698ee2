import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";

/** What the pages are made of beside our own code. */
const ofPage = { preact: "LICENSE", elkjs: "LICENSE.md", valibot: "LICENSE.md" };

function licencesOf(files: Readonly<Record<string, string>>): string {
  const texts = Object.entries(files).map(([name, file]) => {
    const path = new URL(`../node_modules/${name}/${file}`, import.meta.url);
    return `${name}\n\n${readFileSync(path, "utf8")}`;
  });
  return texts.join("\n\n---\n\n");
}

function licences(): Plugin {
  const source = licencesOf({ ...ofPage, xstate4: "LICENSE" });
  return {
    name: "licences",
    generateBundle() {
      this.emitFile({ type: "asset", fileName: "licences.txt", source });
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

/**
 * The page of a run as one file, which asks nobody for anything: `<!--run-->` is where its data goes. Its policy allows
 * the one script and the one style in it, and a worker that it makes itself.
 */
function oneFile(): Plugin {
  return {
    name: "one-file",
    generateBundle: {
      order: "post",
      handler(_, bundle) {
        const take = (what: string, isIt: (file: (typeof bundle)[string]) => boolean): string => {
          const [file, ...more] = Object.values(bundle).filter(isIt);
          if (!file || more.length > 0) throw new Error(`expected one ${what}, found ${more.length + 1}`);
          delete bundle[file.fileName];
          return file.type === "chunk" ? file.code : String(file.source);
        };
        take("page", ({ fileName }) => fileName.endsWith(".html"));
        const page = {
          style: take("style", ({ fileName }) => fileName.endsWith(".css")),
          script: take("script", ({ type }) => type === "chunk"),
          worker: take("worker", ({ fileName }) => fileName.endsWith(".js")),
        };
        this.emitFile({ type: "asset", fileName: "report.html", source: reportHtml(page) });
      },
    },
  };
}

function reportHtml({ style, script, worker }: Record<"style" | "script" | "worker", string>): string {
  // Whatever stands in it, a script ends where this begins.
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
  // A report goes from hand to hand: its licences, and where the source of elkjs is, go with it.
  const licences = `${licencesOf(ofPage)}\n\nThe source of elkjs: https://github.com/kieler/elkjs`;
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

/** In the mode `report` the page of a run as one file, else the pages that the inspector serves. */
export default defineConfig(({ mode }) => ({
  root: fileURLToPath(new URL("./page", import.meta.url)),
  base: "./",
  logLevel: "warn",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  plugins: mode === "report" ? [oneFile()] : [licences(), asTheyAre()],
  build: {
    outDir: fileURLToPath(new URL(mode === "report" ? "../dist" : "../dist/inspect", import.meta.url)),
    emptyOutDir: mode !== "report",
    rolldownOptions: { input: mode === "report" ? [page("index")] : [page("index"), page("xstate")] },
    assetsDir: "",
    // The policy of the page allows no script and no style inside it, and no data URL for a worker.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 2000,
  },
}));

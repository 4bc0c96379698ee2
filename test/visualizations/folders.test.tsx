import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { cruise, type ICruiseResult } from "dependency-cruiser";
import ELK from "elkjs/lib/elk.bundled.js";
import { renderToStaticMarkup } from "preact-render-to-string";
import { beforeAll, expect, test } from "vitest";
import config from "../../.dependency-cruiser.cjs";
import { FolderDrawing, placeFolders } from "../../visualizations/folder-drawing.tsx";
import {
  type FolderGraph,
  folderGraph,
  folderMermaid,
  reachable,
  withoutImplied,
} from "../../visualizations/folder-graph.ts";

// `npm run diagrams` runs this file with --update: the same code draws the picture and compares it with the imports.

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const diagram = (name: string) =>
  fileURLToPath(new URL(`../../visualizations/diagrams/${name}`, import.meta.url));

let graph: FolderGraph;
beforeAll(async () => {
  const { output } = await cruise(["src", "machines", "schemas", "visualizations"], config.options);
  graph = folderGraph(output as ICruiseResult);
});

test("no folder imports itself through others", () => {
  const cyclic = [...graph.keys()].filter((folder) => reachable(graph, folder).has(folder));
  expect(graph.size).toBeGreaterThan(20);
  expect(cyclic).toEqual([]);
});

test("the drawn imports imply exactly the imports of the code", () => {
  const drawn = withoutImplied(graph);
  for (const folder of graph.keys()) expect(reachable(drawn, folder)).toEqual(reachable(graph, folder));
});

test("the Mermaid file of the folders matches the code", async () => {
  await expect(folderMermaid(withoutImplied(graph))).toMatchFileSnapshot(diagram("folders.mmd"));
});

test("the picture of the folders matches the code", async () => {
  const placed = await placeFolders(withoutImplied(graph), new ELK());
  const css = read("visualizations/chart.css");
  const drawing = <FolderDrawing placed={placed} title="Folders and what they import" css={css} />;
  await expect(`${renderToStaticMarkup(drawing)}\n`).toMatchFileSnapshot(diagram("folders.svg"));
});

test("docs/architecture.md names every folder, and only paths that exist", () => {
  const spans = [...read("docs/architecture.md").matchAll(/`([\w./-]+)`/g)].map(([, span = ""]) => span);
  const paths = spans.filter((span) => span.includes("/"));
  const missing = paths.filter((path) => !existsSync(new URL(`../../${path}`, import.meta.url)));
  const folders = [...graph.keys()].filter((folder) => !folder.endsWith(".ts"));
  expect(missing).toEqual([]);
  expect(folders.filter((folder) => !paths.includes(`${folder}/`))).toEqual([]);
});

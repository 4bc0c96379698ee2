import { readFileSync } from "node:fs";
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
  reachable,
  withoutImplied,
} from "../../visualizations/folder-graph.ts";

// `npm run diagrams` runs this file with --update: what draws the picture is what holds it against the code.

const file = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

let graph: FolderGraph;
beforeAll(async () => {
  const { output } = await cruise(["src", "machines", "schemas", "visualizations"], config.options);
  graph = folderGraph(output as ICruiseResult);
});

test("no folder imports itself by way of others", () => {
  const cyclic = [...graph.keys()].filter((folder) => reachable(graph, folder).has(folder));
  expect(graph.size).toBeGreaterThan(20);
  expect(cyclic).toEqual([]);
});

test("the drawn imports imply exactly the imports of the code", () => {
  const drawn = withoutImplied(graph);
  for (const folder of graph.keys()) expect(reachable(drawn, folder)).toEqual(reachable(graph, folder));
});

test("the picture of the folders is the code's", async () => {
  const placed = await placeFolders(withoutImplied(graph), new ELK());
  const css = readFileSync(file("visualizations/chart.css"), "utf8");
  const drawing = <FolderDrawing placed={placed} title="Folders and what they import" css={css} />;
  await expect(`${renderToStaticMarkup(drawing)}\n`).toMatchFileSnapshot(
    file("visualizations/diagrams/folders.svg"),
  );
});

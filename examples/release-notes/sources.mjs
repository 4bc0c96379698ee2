import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Returns every TypeScript file of the project with its number of lines. */
export function sources() {
  const root = new URL("../..", import.meta.url).pathname;
  return ["src", "machines", "schemas"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => {
        const text = readFileSync(join(root, folder, file), "utf8");
        return { file: `${folder}/${file}`, lines: text.split("\n").length - 1 };
      }),
  );
}

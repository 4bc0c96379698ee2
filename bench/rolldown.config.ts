import { defineConfig } from "rolldown";

export default defineConfig({
  input: ["./bench/engine.ts", "./bench/cold-start.ts", "./bench/xstate-inspect.ts"],
  external: /^[^./]/,
  platform: "node",
  output: { dir: ".cache/bench" },
});

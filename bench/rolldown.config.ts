import { defineConfig } from "rolldown";

export default defineConfig({
  input: ["./bench/main.ts", "./bench/xstate-inspect.ts"],
  external: /^[^./]/,
  platform: "node",
  output: { dir: ".cache/bench" },
});

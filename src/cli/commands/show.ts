import { colorsFor } from "../../terminal/colors.ts";
import { jsonText } from "../../text/printable.ts";
import { command, flag } from "../command.ts";
import { printProblems } from "../exit-status.ts";
import { jobFlags, jsonFlag, plan } from "../options.ts";

export const show = command("show", {
  summary: "show the order in which tasks would run",
  description:
    "Show which tasks can run together, the longest chain, file conflicts, what relaxed stage barriers would save, and which tasks a failed stage would hold back.",
  arguments: [["<manifest|plan>", "a manifest (plan.exec.yaml) or a plan (plan.md)"]],
  flags: {
    plan,
    ...jobFlags,
    json: jsonFlag("print this information as JSON").conflicts(["mermaid", "dot"]),
    mermaid: flag("--mermaid", "print the graph as a Mermaid flowchart").conflicts("dot"),
    dot: flag("--dot", "print the graph for Graphviz"),
  },
  examples: [
    "interserve show docs/plan.exec.yaml",
    "interserve show docs/plan.exec.yaml --dot | dot -Tsvg -o plan.svg",
  ],
  action: async (path, flags) => {
    const { prepare } = await import("../../job/prepare.ts");
    const { overview, relaxing } = await import("../../job/overview.ts");
    const { dotOf, mermaidOf } = await import("../../report/graph.ts");
    const { overviewText } = await import("../../terminal/overview-text.ts");
    const { job, problems } = await prepare(path, flags);
    await printProblems(problems);
    const facts = overview(job);
    if (flags.json) process.stdout.write(jsonText(facts));
    else if (flags.mermaid) process.stdout.write(mermaidOf(facts));
    else if (flags.dot) process.stdout.write(dotOf(facts));
    else process.stdout.write(overviewText(facts, relaxing(job), colorsFor(process.stdout)));
    return 0;
  },
});

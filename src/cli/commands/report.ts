import { reportFormats } from "../../../schemas/run-report.ts";
import { jsonText, printable } from "../../text/printable.ts";
import { choiceFlag, command, textFlag } from "../command.ts";
import { jsonFlag, recordFlags } from "../options.ts";

export const report = command("report", {
  summary: "write a report of a run",
  description:
    "Write a report of a run, live or ended: markdown for a pull request, JUnit XML, annotations for GitHub Actions, or the page of the run as one HTML file that opens from disk.",
  arguments: [["[run]", "name of a run, as `interserve runs` lists them (default: the latest)"]],
  flags: {
    format: choiceFlag(
      "--format <format>",
      "format (default: that of the output's extension, or markdown)",
      reportFormats,
    ),
    output: textFlag("-o, --output <file>", "file to write (default: standard output)"),
    ...recordFlags,
    json: jsonFlag("print the data behind the reports as JSON").conflicts(["format", "output"]),
  },
  examples: [
    "interserve report | gh pr comment --body-file -",
    "interserve report -o report.html",
    "interserve report 20260214-093012-4f1c --format junit -o junit.xml",
  ],
  action: async (name, { output, json, ...flags }) => {
    const { openRun } = await import("../../journal/past-run.ts");
    const { formatOf, reportText } = await import("../../report/formats.ts");
    const { runReport } = await import("../../report/gather.ts");
    const { checkReportFile, writeReport } = await import("../../report/write.ts");
    const { recordOf } = await import("../session/record.ts");
    const format = flags.format ?? (output === undefined ? "markdown" : formatOf(output));
    if (output !== undefined) await checkReportFile(output);
    const facts = await runReport(await openRun(await recordOf(flags), name));
    if (json) process.stdout.write(jsonText(facts));
    else if (output === undefined) process.stdout.write(await reportText(facts, format));
    else {
      await writeReport(facts, output, format);
      process.stdout.write(`wrote ${printable(output)}\n`);
    }
    return 0;
  },
});

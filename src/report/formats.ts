import { extname } from "node:path";
import type { ReportFormat, RunReport } from "../../schemas/run-report.ts";
import { UsageError } from "../problem.ts";
import { annotations } from "./annotations.ts";
import { junitReport } from "./junit.ts";
import { markdownReport } from "./markdown.ts";

interface Format {
  /** The extension of files in this format. */
  readonly extension?: string;
  readonly render: (run: RunReport) => Promise<string> | string;
}

/** Every format of a report. */
const formats: Readonly<Record<ReportFormat, Format>> = {
  markdown: { extension: ".md", render: markdownReport },
  junit: { extension: ".xml", render: junitReport },
  github: { render: (run) => annotations(run, process.env.GITHUB_WORKSPACE || process.cwd()) },
  html: {
    extension: ".html",
    render: async (run) => (await import("./html.ts")).htmlReport(run),
  },
};

/** Renders a report as text. */
export const reportText = async (run: RunReport, format: ReportFormat): Promise<string> =>
  formats[format].render(run);

/** The format of a file, by its extension. Throws UsageError if that is not one of a format. */
export function formatOf(file: string): ReportFormat {
  const names = Object.keys(formats) as ReportFormat[];
  const format = names.find((name) => formats[name].extension === extname(file).toLowerCase());
  if (format) return format;
  const known = names.flatMap((name) => formats[name].extension ?? []).join(", ");
  throw new UsageError(
    `expected a report's name to end in one of ${known}, found ${file}`,
    "name it like report.html",
  );
}

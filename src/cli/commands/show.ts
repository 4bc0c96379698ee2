import type { JobOptions } from "../../job/job.ts";
import { overview, relaxing } from "../../job/overview.ts";
import { prepare } from "../../job/prepare.ts";
import { ProblemsError } from "../../problem.ts";
import { dotOf, mermaidOf } from "../../report/graph.ts";
import { colorsFor } from "../../terminal/colors.ts";
import { overviewText } from "../../terminal/overview-text.ts";
import { jsonText } from "../../text/printable.ts";
import { say } from "../exit-status.ts";

export interface ShowFlags extends JobOptions {
  readonly json?: boolean;
  readonly mermaid?: boolean;
  readonly dot?: boolean;
}

/** `interserve show`: what would run when, for people, programs and drawing tools. */
export async function show(path: string, flags: ShowFlags): Promise<number> {
  const { job, problems } = await prepare(path, flags);
  if (problems.length > 0) await say(new ProblemsError(problems));
  const facts = overview(job);
  if (flags.json) process.stdout.write(jsonText(facts));
  else if (flags.mermaid) process.stdout.write(mermaidOf(facts));
  else if (flags.dot) process.stdout.write(dotOf(facts));
  else process.stdout.write(overviewText(facts, relaxing(job), colorsFor(process.stdout)));
  return 0;
}

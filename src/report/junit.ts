import { basename } from "node:path";
import type { RunReport, TaskReport } from "../../schemas/run-report.ts";
import { counted, duration } from "../text/measures.ts";
import { inert, printable } from "../text/printable.ts";
import { visibleText } from "../text/visible.ts";

/** The element of a test case that says why its task did not pass. */
type Fault = "failure" | "error" | "skipped";

/**
 * The element for each status; undefined if the task passed. A task that waits for a person is a failure, since the
 * run's exit status is 1 and many servers show skipped tests as green.
 */
const faults: Readonly<Record<TaskReport["status"], Fault | undefined>> = {
  pass: undefined,
  warn: undefined,
  fail: "failure",
  error: "error",
  question: "failure",
  escalated: "failure",
  cancelled: "error",
  interrupted: "error",
  skipped: "skipped",
  running: "skipped",
  pending: "skipped",
};

interface Case {
  readonly fault: Fault | undefined;
  readonly seconds: number;
  readonly xml: string;
}

/**
 * Renders a run as JUnit XML in the dialect of Jenkins's junit-10.xsd, which other servers read too: a suite for each
 * stage, a case for each task. It has a failure or an error unless the run has ended with exit status 0.
 */
export function junitReport(run: RunReport): string {
  const name = basename(run.plan ?? run.manifest);
  const stages = [...new Set(run.tasks.map(({ stage }) => stage))];
  const suites = stages.map((stage) => ({
    name: stage,
    cases: run.tasks.filter((task) => task.stage === stage).map((task) => caseOf(task, name)),
  }));
  const isRed = suites.some(({ cases }) => cases.some(({ fault }) => fault && fault !== "skipped"));
  if (!isRed && run.exit_code !== 0) suites.push({ name: "run", cases: [caseOfRun(run, name)] });
  const all = suites.flatMap(({ cases }) => cases);
  const { tests, failures, errors } = totals(all);
  return [
    `<?xml version="1.0" encoding="UTF-8"?>`,
    `<testsuites${attributes({ name, tests, failures, errors, time: run.duration_s.toFixed(3) })}>`,
    ...suites.flatMap(({ name, cases }) => [
      `  <testsuite${attributes({ name, ...totals(cases), timestamp: run.started })}>`,
      ...cases.map(({ xml }) => xml),
      "  </testsuite>",
    ]),
    "</testsuites>\n",
  ].join("\n");
}

function totals(cases: readonly Case[]) {
  const count = (fault: Fault) => String(cases.filter((one) => one.fault === fault).length);
  return {
    tests: String(cases.length),
    failures: count("failure"),
    errors: count("error"),
    skipped: count("skipped"),
    time: cases.reduce((sum, { seconds }) => sum + seconds, 0).toFixed(3),
  };
}

function caseOf(task: TaskReport, plan: string): Case {
  const { id, title, stage, status, duration_s: seconds, reason, attempts } = task;
  const fault = faults[status];
  const again = fault === "failure" || fault === "error" ? "rerunFailure" : "flakyFailure";
  const parts = [
    ...(fault ? [element(fault, { type: status, message: reason ?? status }, reason ?? "")] : []),
    ...attempts
      .slice(0, -1)
      .map(({ attempt, status, reason }) =>
        element(again, { type: status, message: `attempt ${attempt}: ${reason ?? status}` }),
      ),
    ...(status === "warn" && reason ? [element("system-err", {}, `warn: ${reason}`)] : []),
    ...(task.said.length > 0 ? [element("system-out", {}, said(task))] : []),
  ];
  const name = title === id ? id : `${id}: ${title}`;
  return { fault, seconds, xml: testcase(name, `${classPart(plan)}.${classPart(stage)}`, seconds, parts) };
}

/** A case for a run that has not ended with exit status 0, although no task has failed. */
function caseOfRun({ state, exit_code, tasks, duration_s }: RunReport, plan: string): Case {
  const open = tasks.filter(({ status }) => ["running", "pending"].includes(status)).length;
  const reasons = {
    running: `still running ${duration(duration_s)} after its start, when this was written; ${counted(open, "task")} not finished`,
    killed: "killed before it ended",
    finished: `ended with exit status ${exit_code}`,
  };
  const parts = [element("error", { type: state, message: reasons[state] })];
  return {
    fault: "error",
    seconds: 0,
    xml: testcase("the run as a whole", `${classPart(plan)}.run`, 0, parts),
  };
}

const testcase = (name: string, classname: string, seconds: number, parts: readonly string[]): string =>
  [
    `    <testcase${attributes({ name, classname, time: seconds.toFixed(3) })}>`,
    ...parts.map((part) => `      ${part}`),
    "    </testcase>",
  ].join("\n");

/** Servers split the name of a class at its dots. */
const classPart = (name: string): string => name.replaceAll(".", "_");

const said = (task: TaskReport): string =>
  task.said
    .map(({ name, text: { head, left_out, tail } }) => {
      const cut = left_out > 0 ? `[… ${left_out} bytes left out …]\n` : "";
      return `${name}:\n${cut}${head}${tail}`;
    })
    .join("\n");

const element = (name: string, given: Readonly<Record<string, string>>, text = ""): string =>
  `<${name}${attributes(given)}>${escaped(inert(visibleText(text)))}</${name}>`;

const attributes = (given: Readonly<Record<string, string>>): string =>
  Object.entries(given)
    .map(([name, value]) => ` ${name}="${escaped(printable(value))}"`)
    .join("");

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
/** Escapes text for XML 1.0, and replaces the two characters that XML excludes but `printable` keeps. */
const escaped = (text: string): string =>
  text.replaceAll(/[\ufffe\uffff]/g, "\ufffd").replaceAll(/[&<>"]/g, (char) => entities[char] ?? "");

import type { PlanFormat } from "./format.ts";
import { gsd } from "./gsd.ts";
import { kiro } from "./kiro/kiro.ts";
import { specKit } from "./spec-kit/spec-kit.ts";
import { taskMaster } from "./task-master.ts";

const formats: readonly PlanFormat[] = [taskMaster, gsd, specKit, kiro];

/** The format of a plan of another tool; undefined for markdown with a heading for each task. */
export const formatOf = (text: string, file: string): PlanFormat | undefined =>
  formats.find((format) => format.recognises(text, file));

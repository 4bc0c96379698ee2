import type { RunReport } from "../schemas/run-report.ts";
export const reportPage = async (_: RunReport, __: string): Promise<string> => "";

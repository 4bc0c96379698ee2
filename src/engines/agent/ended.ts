import type { Outcome } from "../../../schemas/outcome.ts";
import type { ProcessEnd } from "../../process/spawn.ts";
import { shortageIn } from "../../text/shortage.ts";
import type { AttemptRequest } from "../engine.ts";

/**
 * Returns the outcome of an attempt whose process did not exit by itself; undefined if it exited. Such an end decides,
 * whatever the process wrote.
 */
export function outcomeUnlessExited(end: ProcessEnd, request: AttemptRequest): Outcome | undefined {
  switch (end.ended) {
    case "timeout":
      return {
        status: "fail",
        failure: "timeout",
        reason: `timed out after ${request.timeoutMs / 1000} s; what it did until then is kept`,
      };
    case "stalled":
      return {
        status: "fail",
        failure: "stalled",
        reason: `wrote nothing for ${(request.stallMs ?? 0) / 1000} s; what it did until then is kept`,
      };
    case "cancelled":
      return { status: "cancelled", reason: "cancelled while it ran" };
    case "not-started":
      return {
        status: "error",
        failure: shortageIn(end) === undefined ? "spawn" : "resources",
        reason: `could not be started: ${end.message}`,
      };
    case "output-lost":
      return { status: "error", failure: "io", reason: `its output could not be written: ${end.message}` };
    case "signalled":
      return {
        status: "error",
        failure: "killed",
        reason: `killed by ${end.signal}, which was not sent by interserve`,
        ...(end.signal ? { signal: end.signal } : {}),
      };
    case "exited":
      return undefined;
  }
}

/** The part of an outcome that tells dependents where the whole output is. */
export const outputOf = (
  request: AttemptRequest,
  bytes: number,
): Pick<Outcome, "output" | "output_bytes"> => ({
  output: request.files.output,
  output_bytes: bytes,
});

import type { Outcome } from "../../../schemas/outcome.ts";
import type { ProcessEnd } from "../../process/spawn.ts";
import type { AttemptRequest } from "../engine.ts";

/** The system has too much to do, and may have less in a while. */
const mayPass: ReadonlySet<string> = new Set(["EAGAIN", "EMFILE", "ENFILE", "ENOMEM"]);

/**
 * What an attempt came to where its process did not end by itself: our own reason comes before anything that the
 * process said. Nothing where it did.
 */
export function endedByUs(end: ProcessEnd, request: AttemptRequest): Outcome | undefined {
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
        failure: mayPass.has(end.code ?? "") ? "transient" : "spawn",
        reason: `could not be started: ${end.message}`,
      };
    case "output-lost":
      return { status: "error", failure: "io", reason: `its output could not be written: ${end.message}` };
    case "signalled":
      return {
        status: "error",
        failure: "killed",
        reason: `ended by ${end.signal}, which did not come from here`,
        ...(end.signal ? { signal: end.signal } : {}),
      };
    case "exited":
      return undefined;
  }
}

/** Where the output lies, for those who get it routed to them. */
export const outputOf = (
  request: AttemptRequest,
  bytes: number,
): Pick<Outcome, "output" | "output_bytes"> => ({
  output: request.files.output,
  output_bytes: bytes,
});

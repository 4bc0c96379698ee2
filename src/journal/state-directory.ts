import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { UsageError } from "../problem.ts";

/** The variable that names the state directory. */
export const stateVariable = "INTERSERVE_STATE_DIR";

/**
 * Returns the directory for what interserve keeps beside projects: `$INTERSERVE_STATE_DIR`, else `configured` (the
 * user's `state_dir`), else `interserve` in `$XDG_STATE_HOME` or `~/.local/state`. Returns undefined if nothing names one. It
 * need not exist. Throws UsageError if the variable is not an absolute path.
 */
export function stateDirectory(env: NodeJS.ProcessEnv, configured?: string): string | undefined {
  const given = env[stateVariable];
  if (given) {
    if (isAbsolute(given)) return given;
    throw new UsageError(
      `expected ${stateVariable} to be an absolute path, found ${JSON.stringify(given)}`,
      "start it with /, so that every command finds the same runs",
    );
  }
  const home = homeDirectory(env);
  if (configured?.startsWith("~/")) return home && join(home, configured.slice(2));
  if (configured !== undefined) return configured;
  const { XDG_STATE_HOME: xdg = "" } = env;
  // The specification says that a relative path is to be ignored.
  const states = isAbsolute(xdg) ? xdg : home && join(home, ".local", "state");
  return states && join(states, "interserve");
}

/** The user's home directory; undefined without one, as in some containers. */
export function homeDirectory({ HOME }: NodeJS.ProcessEnv): string | undefined {
  if (HOME && isAbsolute(HOME)) return HOME;
  try {
    return homedir() || undefined;
  } catch {
    return undefined;
  }
}

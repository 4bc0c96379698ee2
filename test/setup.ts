import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll } from "vitest";

// No test writes to the user's own state directory.
const state = mkdtempSync(join(tmpdir(), "interserve-state-"));
process.env.XDG_STATE_HOME = state;
process.env.INTERSERVE_STATE_DIR = "";
afterAll(() => rmSync(state, { recursive: true, force: true }));

// The same cases in every run; FC_SEED=2 and so on for other ones.
fc.configureGlobal({ seed: Number(process.env.FC_SEED ?? 1) });

#!/usr/bin/env node
import { main } from "./cli/main.ts";
import { catchCrashes } from "./cli/session/last-resort.ts";

catchCrashes();
process.exitCode = await main(process.argv.slice(2));

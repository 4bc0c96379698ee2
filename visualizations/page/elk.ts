import ELKConstructor, { type ELK } from "elkjs/lib/elk-api";
import workerUrl from "elkjs/lib/elk-worker.min.js?url";
import { embeddedWorker } from "./embedded.ts";

let one: ELK | undefined;

/** The layout engine, in a worker: 500 tasks take it a second or so. */
export function elk(): ELK {
  one ??= new ELKConstructor({ workerFactory: () => new Worker(embeddedWorker() ?? workerUrl) });
  return one;
}

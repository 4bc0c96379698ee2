import ELKConstructor, { type ELK } from "elkjs/lib/elk-api";
import workerUrl from "elkjs/lib/elk-worker.min.js?url";
import { useEffect, useState } from "preact/hooks";
import { embeddedWorker } from "./embedded.ts";

let engine: ELK | undefined;

/** The layout engine, in a worker: laying out 500 tasks takes about a second. */
function elk(): ELK {
  engine ??= new ELKConstructor({ workerFactory: () => new Worker(embeddedWorker() ?? workerUrl) });
  return engine;
}

/** The layout of each source, made once. */
const layouts = new WeakMap<object, Promise<unknown>>();

interface Layout<Source, Placed> {
  readonly source: Source;
  readonly placed: Placed;
}

/** Returns the latest layout that is ready: undefined at first, then that of the previous source until the new one is. */
export function useLayout<Source extends object, Placed>(
  source: Source,
  place: (source: Source, elk: ELK) => Promise<Placed>,
): Layout<Source, Placed> | undefined {
  const [latest, setLatest] = useState<Layout<Source, Placed>>();
  useEffect(() => {
    let isCurrent = true;
    const layout = (layouts.get(source) as Promise<Placed> | undefined) ?? place(source, elk());
    layouts.set(source, layout);
    void layout.then((placed) => isCurrent && setLatest({ source, placed }));
    return () => {
      isCurrent = false;
    };
  }, [source, place]);
  return latest;
}

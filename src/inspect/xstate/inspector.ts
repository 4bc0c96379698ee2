import type { IncomingMessage, Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { type WebSocket, WebSocketServer } from "ws";
import type { AnyActorRef, InspectedSnapshotEvent, InspectionEvent } from "xstate";
import { readAssets } from "../assets.ts";
import { newToken, refusal, securityHeaders } from "../guard.ts";
import { type PersonsEvent, type Protocol, sentEvent, statelyInspect, xstateInspect } from "./messages.ts";

export interface XStateInspector {
  /** The page that receives through `@xstate/inspect`, with the token. */
  readonly url: string;
  /** For `createWebSocketReceiver` of `@statelyai/inspect`. */
  readonly stately: string;
  /** The `inspect` option of `createActor`. */
  readonly inspect: (event: InspectionEvent) => void;
  readonly close: () => Promise<void>;
}

/** One that does not read is let go, before what waits for it fills memory; in bytes. */
const mostUnread = 64 * 1024 * 1024;
/** Of each 43 ms the queue gets 3: a share of the run that has room below what looking may cost. */
const sliceMs = 3;
const pauseMs = 40;

/**
 * Shows the actors of a run to XState's own inspectors, over a server on the loopback interface. Of what they send to
 * the orchestrator, `take` is given what a person may say; nothing else is taken. Actors that are there already are
 * told to whoever comes late.
 */
export async function startXStateInspector(
  assetsDirectory: string,
  take: (event: PersonsEvent) => void,
): Promise<XStateInspector> {
  const assets = await readAssets(assetsDirectory);
  const token = newToken();
  const watchers = new Watchers();
  const app = new Hono();
  let port = 0;
  app.use(async (context, next) => {
    for (const [name, value] of Object.entries(securityHeaders)) context.header(name, value);
    const { method, path } = context.req;
    const [host, origin] = [context.req.header("host"), context.req.header("origin")];
    const refused = refusal({ method, path, host, origin }, port, token);
    return refused ? context.text(`${refused}\n`, 403) : next();
  });
  app.get(`/${token}/*`, (context) => {
    const asset = assets.get(context.req.path.slice(token.length + 2) || "xstate.html");
    if (!asset) return context.text("no such page\n", 404);
    return context.body(new Uint8Array(asset.bytes), 200, { "Content-Type": asset.type });
  });
  const server = serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0 }) as Server;
  await new Promise<void>((resolve, reject) => {
    server.once("listening", resolve);
    server.once("error", reject);
  });
  port = (server.address() as AddressInfo).port;
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 64 * 1024 });
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const { url: path = "", headers } = request;
    const protocol = { [`/${token}/ws`]: xstateInspect, [`/${token}/stately`]: statelyInspect }[path];
    const asking = { method: "GET", path, host: headers.host, origin: headers.origin };
    if (!protocol || refusal(asking, port, token)) return socket.destroy();
    sockets.handleUpgrade(request, socket, head, (client) => {
      watchers.add(client, protocol);
      client.on("message", (data) => {
        const sent = sentEvent(String(data));
        if (sent && watchers.isRoot(sent.to)) take(sent.event);
      });
    });
  });
  return {
    url: `http://127.0.0.1:${port}/${token}/`,
    stately: `ws://127.0.0.1:${port}/${token}/stately`,
    inspect: (event) => watchers.inspect(event),
    async close() {
      watchers.drain(Number.POSITIVE_INFINITY);
      for (const client of sockets.clients) client.close();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        setTimeout(() => {
          for (const client of sockets.clients) client.terminate();
          server.closeAllConnections();
        }, 200).unref();
      });
    },
  };
}

/**
 * The actors that there are, and who looks at them. Without anyone, an event costs a look into a map; with somebody,
 * an entry in a queue that is worded and sent in slices, so that looking never takes more than its share of the run.
 */
class Watchers {
  private readonly actors = new Map<string, { readonly actor: AnyActorRef; readonly rootId: string }>();
  private readonly clients = new Map<WebSocket, Protocol>();
  private queue: InspectionEvent[] = [];
  private sent = 0;
  private timer: NodeJS.Timeout | undefined;

  add(client: WebSocket, protocol: Protocol): void {
    // What is queued is in the state that the newcomer is told of.
    this.drain(Number.POSITIVE_INFINITY);
    client.on("error", () => client.terminate());
    client.on("close", () => this.clients.delete(client));
    for (const { actor, rootId } of this.actors.values()) client.send(protocol.register(actor, rootId));
    this.clients.set(client, protocol);
  }

  isRoot = (sessionId: string): boolean => this.actors.get(sessionId)?.rootId === sessionId;

  inspect(event: InspectionEvent): void {
    if (event.type === "@xstate.microstep" || event.type === "@xstate.action") return;
    const actor = event.actorRef as AnyActorRef;
    if (event.type === "@xstate.actor") this.actors.set(actor.sessionId, { actor, rootId: event.rootId });
    // A settled task stays to be seen; an attempt that has ended is of no more interest.
    else if (isEnd(event) && !("value" in event.snapshot)) this.actors.delete(actor.sessionId);
    if (this.clients.size === 0) return;
    this.queue.push(event);
    this.timer ??= setTimeout(() => this.drain(sliceMs), pauseMs);
  }

  /** Sends what is queued, for so many milliseconds at most. */
  drain(forMs: number): void {
    const until = performance.now() + forMs;
    while (this.sent < this.queue.length && performance.now() < until) {
      const event = this.queue[this.sent] as InspectionEvent;
      this.sent += 1;
      this.send((protocol) => worded(event, protocol));
      if (isEnd(event)) this.send((protocol) => protocol.stop(event.actorRef as AnyActorRef));
    }
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.sent < this.queue.length) this.timer = setTimeout(() => this.drain(sliceMs), pauseMs);
    else [this.queue, this.sent] = [[], 0];
  }

  private send(message: (protocol: Protocol) => string | undefined): void {
    const texts = new Map<Protocol, string | undefined>();
    for (const [client, protocol] of this.clients) {
      if (client.bufferedAmount > mostUnread) {
        client.terminate();
        continue;
      }
      if (!texts.has(protocol)) texts.set(protocol, message(protocol));
      const text = texts.get(protocol);
      if (text !== undefined && client.readyState === client.OPEN) client.send(text);
    }
  }
}

const isEnd = (event: InspectionEvent): event is InspectedSnapshotEvent =>
  event.type === "@xstate.snapshot" && event.snapshot.status !== "active";

function worded(event: InspectionEvent, protocol: Protocol): string | undefined {
  const actor = event.actorRef as AnyActorRef;
  if (event.type === "@xstate.actor") return protocol.register(actor, event.rootId);
  if (event.type === "@xstate.event") {
    return protocol.event(actor, event.event, event.sourceRef as AnyActorRef | undefined);
  }
  return event.type === "@xstate.snapshot" ? protocol.state(actor, event.event, event.snapshot) : undefined;
}

import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import type { AnyActorRef, InspectedSnapshotEvent, InspectionEvent } from "xstate";
import { readAssets } from "../assets.ts";
import { LocalServer } from "../local-server.ts";
import { type AcceptedEvent, type Protocol, readEvent, statelyInspect, xstateInspect } from "./messages.ts";

export interface XStateInspector {
  /** The address of the page that receives through `@xstate/inspect`, token included. */
  readonly url: string;
  /** The address for `createWebSocketReceiver` of `@statelyai/inspect`. */
  readonly stately: string;
  /** The `inspect` option of `createActor`. */
  readonly inspect: (event: InspectionEvent) => void;
  readonly close: () => Promise<void>;
}

/** A client with more unread bytes than this is disconnected, before they fill memory. */
const maxUnreadBytes = 64 * 1024 * 1024;
/** Sending gets 3 ms of each 43 ms, so that an inspector costs a run less than 15 % of its time. */
const sliceMs = 3;
const pauseMs = 40;

/**
 * Shows the actors of a run to XState's own inspectors, through a server on the loopback interface. A client that
 * connects late is first sent the actors that exist. Of the events that clients send to the orchestrator, `onEvent`
 * gets those that a person may send; all others are ignored.
 */
export async function startXStateInspector(
  assetsDirectory: string,
  onEvent: (event: AcceptedEvent) => void,
): Promise<XStateInspector> {
  const local = new LocalServer();
  local.serveAssets(await readAssets(assetsDirectory), "xstate.html");
  const server = await local.listen(0);
  const broadcaster = new Broadcaster();
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 64 * 1024 });
  const protocols = { [`${local.base}/ws`]: xstateInspect, [`${local.base}/stately`]: statelyInspect };
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const protocol = protocols[request.url ?? ""];
    if (!protocol || local.refusesUpgrade(request)) return socket.destroy();
    sockets.handleUpgrade(request, socket, head, (client) => {
      broadcaster.add(client, protocol);
      client.on("message", (data) => {
        const received = readEvent(String(data));
        if (received && broadcaster.isRoot(received.sessionId)) onEvent(received.event);
      });
    });
  });
  return {
    url: local.url,
    stately: `${local.url.replace("http", "ws")}stately`,
    inspect: (event) => broadcaster.inspect(event),
    async close() {
      broadcaster.drain(Number.POSITIVE_INFINITY);
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
 * Sends what actors do to the connected clients. With none, an event costs one lookup in a map; with some, one entry in
 * a queue, which is turned into messages and sent in slices, so that sending never takes more than its share of the run.
 */
class Broadcaster {
  private readonly actors = new Map<string, { readonly actor: AnyActorRef; readonly rootId: string }>();
  private readonly clients = new Map<WebSocket, Protocol>();
  private queue: InspectionEvent[] = [];
  private sent = 0;
  private timer: NodeJS.Timeout | undefined;

  add(client: WebSocket, protocol: Protocol): void {
    // The snapshots that the new client gets already include queued events.
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
    // Settled machines stay visible; promises that have ended, such as attempts, are removed.
    else if (isEnd(event) && !("value" in event.snapshot)) this.actors.delete(actor.sessionId);
    if (this.clients.size === 0) return;
    this.queue.push(event);
    this.timer ??= setTimeout(() => this.drain(sliceMs), pauseMs);
  }

  /** Sends queued events for at most `forMs` milliseconds. */
  drain(forMs: number): void {
    const until = performance.now() + forMs;
    while (this.sent < this.queue.length && performance.now() < until) {
      const event = this.queue[this.sent] as InspectionEvent;
      this.sent += 1;
      this.send((protocol) => messageOf(event, protocol));
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
      if (client.bufferedAmount > maxUnreadBytes) {
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

/** Returns an event as a protocol's message; undefined if the protocol has none for it. */
function messageOf(event: InspectionEvent, protocol: Protocol): string | undefined {
  const actor = event.actorRef as AnyActorRef;
  if (event.type === "@xstate.actor") return protocol.register(actor, event.rootId);
  if (event.type === "@xstate.event") {
    return protocol.event(actor, event.event, event.sourceRef as AnyActorRef | undefined);
  }
  return event.type === "@xstate.snapshot" ? protocol.state(actor, event.event, event.snapshot) : undefined;
}

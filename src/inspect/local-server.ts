import type { IncomingMessage, Server } from "node:http";
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import type { Assets } from "./assets.ts";
import { newToken, refusalReason, securityHeaders } from "./guard.ts";

/** A server on the loopback interface that refuses every request without its token, or from another site. */
export class LocalServer {
  readonly app = new Hono();
  /** What the path of every request starts with: `/` and the token. */
  readonly base: string;
  private readonly token = newToken();
  private port = 0;

  constructor() {
    this.base = `/${this.token}`;
    this.app.use(async (context, next) => {
      for (const [name, value] of Object.entries(securityHeaders)) context.header(name, value);
      const { method, path } = context.req;
      const [host, origin] = [context.req.header("host"), context.req.header("origin")];
      const reason = refusalReason({ method, path, host, origin }, this.port, this.token);
      return reason ? context.text(`${reason}\n`, 403) : next();
    });
  }

  /** Whether a request to become a WebSocket is refused. */
  refusesUpgrade({ url: path = "", headers: { host, origin } }: IncomingMessage): boolean {
    return refusalReason({ method: "GET", path, host, origin }, this.port, this.token) !== undefined;
  }

  /** Serves the files of a built page, `index` at the server's address. Routes that are added later are not reached. */
  serveAssets(assets: Assets, index: string): void {
    this.app.get(`${this.base}/*`, (context) => {
      const asset = assets.get(context.req.path.slice(this.base.length + 1) || index);
      if (!asset) return context.text("no such page\n", 404);
      return context.body(new Uint8Array(asset.bytes), 200, { "Content-Type": asset.type });
    });
  }

  /** Listens on a port, 0 for any free one. Throws the system's error if the port is not available. */
  async listen(port: number): Promise<Server> {
    const server = serve({ fetch: this.app.fetch, hostname: "127.0.0.1", port }) as Server;
    await new Promise<void>((resolve, reject) => {
      server.once("listening", resolve);
      server.once("error", reject);
    });
    this.port = (server.address() as AddressInfo).port;
    return server;
  }

  /** The address of the page, token included. */
  get url(): string {
    return `http://127.0.0.1:${this.port}${this.base}/`;
  }
}

/** Clients that call tools one after the other, as programs of users do, and tell what came of each call. */
import { setTimeout as sleep } from "node:timers/promises";
import { openSession, type Session } from "./mcp-client";

/** What one call came to. Milliseconds are for people who read a failure. */
export interface Outcome {
  readonly error?: string;
  /** HTTP status or JSON-RPC code of the error. */
  readonly code?: number;
  readonly milliseconds: number;
}

export interface LoadOptions {
  readonly url: string;
  readonly tool: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** After so many milliseconds a client gives a call up. */
  readonly timeout: number;
}

/** One client with one session at a time. */
export class LoadClient {
  readonly outcomes: Outcome[] = [];
  /** Sessions that it opened. */
  sessions = 0;
  private session: Session | undefined;
  private stopping = false;
  private readonly running: Promise<void>;

  constructor(private readonly options: LoadOptions) {
    this.running = this.run();
  }

  /** Ends when its last call has ended. */
  async stop(): Promise<readonly Outcome[]> {
    this.stopping = true;
    await this.running;
    await this.session?.end();
    return this.outcomes;
  }

  /** Resolves when a call succeeds that began after now. */
  async succeeds(): Promise<void> {
    for (let seen = this.outcomes.length + 1; ;) {
      if (this.outcomes.slice(seen).some(({ error }) => error === undefined)) return;
      await sleep(50);
    }
  }

  private async run(): Promise<void> {
    while (!this.stopping) this.outcomes.push(await this.once());
  }

  /** Whatever fails: the session may be gone, and the specification asks for a new one after 404. */
  private async once(): Promise<Outcome> {
    const { url, tool: name, parameters, timeout } = this.options;
    const began = Date.now();
    try {
      if (this.session === undefined) {
        this.session = await openSession(url);
        this.sessions++;
      }
      await this.session.client.callTool({ name, arguments: parameters }, undefined, { timeout });
      await sleep(10);
      return { milliseconds: Date.now() - began };
    } catch (error) {
      const milliseconds = Date.now() - began;
      await this.session?.client.close();
      this.session = undefined;
      await sleep(100);
      const { message, code } = error as { message: string; code?: number };
      return { error: message, ...(code === undefined ? {} : { code }), milliseconds };
    }
  }
}

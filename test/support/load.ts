/** Clients that call tools one after the other, as programs of users do, and tell what came of each call. */
import { setTimeout as sleep } from "node:timers/promises";
import { callRaw, type Ending, type RawCallOptions } from "./raw-call";
import { openSession, type Session } from "./mcp-client";

/** What one call came to. Milliseconds are for people who read a failure. */
export interface Outcome {
  readonly error?: string;
  /** How the call itself ended; undefined: there was no session to call in. */
  readonly ending?: Ending;
  readonly milliseconds: number;
}

/** One client with one session at a time. */
export class LoadClient {
  readonly outcomes: Outcome[] = [];
  /** Sessions that it opened. */
  sessions = 0;
  private session: Session | undefined;
  private stopping = false;
  private readonly running: Promise<void>;

  constructor(private readonly options: RawCallOptions) {
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
    const began = Date.now();
    try {
      if (this.session === undefined) {
        this.session = await openSession(this.options.url);
        this.sessions++;
      }
      const { ending, hasResult, said } = await callRaw(this.session, this.options);
      const milliseconds = Date.now() - began;
      if (!hasResult) return await this.leave({ error: said, ending, milliseconds });
      await sleep(10);
      return { ending, milliseconds };
    } catch (error) {
      return this.leave({ error: (error as Error).message, milliseconds: Date.now() - began });
    }
  }

  private async leave(outcome: Outcome): Promise<Outcome> {
    await this.session?.client.close();
    this.session = undefined;
    await sleep(100);
    return outcome;
  }
}

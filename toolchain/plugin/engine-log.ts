/** Lines for the user, sent to the engine that started the plugin. */
import { credentials } from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import type { Severity } from "./handlers";

const SEVERITIES: Record<Severity, LogSeverity> = {
  debug: LogSeverity.DEBUG,
  info: LogSeverity.INFO,
  warning: LogSeverity.WARNING,
  error: LogSeverity.ERROR,
};

/** One line; `status` lines live only in the resource's row while the update runs. */
export interface LogLine {
  readonly urn: string;
  readonly severity: Severity;
  readonly message: string;
  readonly status: boolean;
}

/** The engine's log. Lines keep their order; a lost engine loses lines, never an operation. */
export class EngineLog {
  private readonly client: EngineClient | undefined;
  private last: Promise<void> = Promise.resolve();

  /** @param address "host:port" from the command line; without one, lines go to standard error. */
  constructor(address: string | undefined) {
    this.client = address ? new EngineClient(address, credentials.createInsecure()) : undefined;
  }

  /** Queues one line. */
  write(line: LogLine): void {
    this.last = this.last.then(() => this.send(line));
  }

  /** Resolves when every line so far has arrived. */
  flush(): Promise<void> {
    return this.last;
  }

  private send(line: LogLine): Promise<void> {
    if (!this.client) {
      process.stderr.write(`${line.severity}: ${line.message}\n`);
      return Promise.resolve();
    }
    const request = new LogRequest();
    request.setUrn(line.urn);
    request.setSeverity(SEVERITIES[line.severity]);
    request.setMessage(line.message);
    request.setEphemeral(line.status);
    return new Promise((resolve) => this.client?.log(request, () => resolve()));
  }
}

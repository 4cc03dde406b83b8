/**
 * What Pulumi's engine says about an update while it runs: a file of JSON lines, the one that Pulumi's Automation API reads
 * (sdk/go/common/apitype/events.go in pulumi/pulumi). Only what is used here is described.
 */
import { closeSync, openSync, readSync } from "node:fs";
import { StringDecoder } from "node:string_decoder";

/** A step of one resource: before it, after it, or failed. */
export interface StepEvent {
  readonly metadata: {
    readonly op: string;
    readonly urn: string;
    readonly new?: { readonly inputs?: { readonly wait?: unknown } } | null;
  };
}

export interface Diagnostic {
  /** Absent or the stack's: it concerns no single resource. */
  readonly urn?: string;
  readonly message: string;
  readonly severity: "debug" | "info" | "info#err" | "warning" | "error";
  /** It is about the moment, such as the progress of a step. */
  readonly ephemeral?: boolean;
}

export interface Summary {
  readonly durationSeconds: number;
  /** Number of resources by operation. */
  readonly resourceChanges?: Readonly<Record<string, number>>;
}

/** One of the parts is there. */
export interface EngineEvent {
  readonly resourcePreEvent?: StepEvent;
  readonly resOutputsEvent?: StepEvent;
  readonly resOpFailedEvent?: StepEvent;
  readonly diagnosticEvent?: Diagnostic;
  readonly summaryEvent?: Summary;
}

const EVERY_MS = 100;
const BLOCK = 65_536;

/** Reads events from a file as they are written to it. */
export class EventLog {
  private readonly descriptor: number;
  private readonly decoder = new StringDecoder();
  private readonly block = Buffer.alloc(BLOCK);
  private readonly timer: NodeJS.Timeout;
  private rest = "";

  /** The file has to be there. */
  constructor(
    file: string,
    private readonly told: (event: EngineEvent) => void,
  ) {
    this.descriptor = openSync(file, "r");
    this.timer = setInterval(() => this.read(), EVERY_MS);
  }

  /** Reads what is left. */
  end(): void {
    clearInterval(this.timer);
    this.read();
    closeSync(this.descriptor);
  }

  private read(): void {
    for (let length = -1; length !== 0;) {
      length = readSync(this.descriptor, this.block);
      const lines = (this.rest + this.decoder.write(this.block.subarray(0, length))).split("\n");
      this.rest = lines.pop() ?? "";
      // Debug messages are many.
      for (const line of lines) if (!line.includes('"severity":"debug"')) this.told(JSON.parse(line) as EngineEvent);
    }
  }
}

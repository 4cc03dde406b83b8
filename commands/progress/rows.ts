/** An update as people follow it: a row for each service, from the events of Pulumi's engine. */
import type { Diagnostic, EngineEvent, StepEvent, Summary } from "./events";

/** "waiting": its turn has not come; "same": nothing was to be done. */
export type State = "waiting" | "working" | "same" | "done" | "failed";

export interface Row {
  readonly name: string;
  /** Whether it is a service, or something that services stand on. */
  readonly service: boolean;
  readonly state: State;
  /** What is going on, or how it ended: "starting", "healthy". */
  readonly what: string;
  /** What the step itself says of its progress. */
  readonly note: string;
  /** Seconds that its steps have taken so far. */
  readonly seconds: number;
}

/** A row, and when its step began (milliseconds); undefined: none is under way. */
type Entry = Row & { readonly since: number | undefined };

/** While a step runs, and when it has ended. Where a word is missing, the row goes on as it is. */
const WORDS: Readonly<Record<string, readonly [during: string, after: string]>> = {
  create: ["starting", "started"],
  "create-replacement": ["starting", "started"],
  update: ["updating", "updated"],
  delete: ["stopping", "removed"],
  "delete-replaced": ["stopping", "stopped"],
};

/** For what is no container. */
const PLAIN: Readonly<Record<string, string>> = { starting: "creating", started: "done", stopping: "removing" };

const CONTAINER = "docker:index/container:Container";

/** Type and name at the end of a URN. */
function parts(urn: string): { readonly type: string; readonly name: string } {
  const [, , types = "", name = ""] = urn.split("::");
  return { type: types.slice(types.lastIndexOf("$") + 1), name };
}

/** Components and providers do nothing themselves. */
const isStep = (type: string): boolean => /^(docker|command):/.test(type);

/** Name of a row: that of a service alone, others with what they are. */
function title({ type, name }: { readonly type: string; readonly name: string }): string {
  const kind = /^docker:index\/(network|volume|remoteImage):/.exec(type)?.[1];
  return kind === undefined || kind === "remoteImage" ? name : `${kind} ${name}`;
}

/** Pulumi marks colours as <{%name%}>. */
const plain = (text: string): string => text.replace(/<\{%[^%]*%\}>/g, "").trimEnd();

/** A warning or an error, to be read as a whole. */
export interface Remark {
  readonly severity: "info" | "warning" | "error";
  /** With the name of what it concerns before it. */
  readonly text: string;
}

/** Follows an update. Times are in milliseconds. */
export class Progress {
  private readonly entries = new Map<string, Entry>();
  summary: Summary | undefined;

  /** `services`: those that will run, in the order in which they are shown. */
  constructor(services: readonly string[]) {
    for (const name of services) this.put({ ...this.fresh(name), service: true });
  }

  /** Takes an event; what it changes, or what it says. */
  add(event: EngineEvent, now: number): { readonly row?: Row; readonly remark?: Remark } {
    const { resourcePreEvent, resOutputsEvent, resOpFailedEvent, diagnosticEvent, summaryEvent } = event;
    if (resourcePreEvent !== undefined) return { row: this.begin(resourcePreEvent, now) };
    if (resOutputsEvent !== undefined) return { row: this.finish(resOutputsEvent, now) };
    if (resOpFailedEvent !== undefined) return { row: this.fail(resOpFailedEvent, now) };
    if (diagnosticEvent !== undefined) return this.hear(diagnosticEvent, now);
    this.summary = summaryEvent ?? this.summary;
    return {};
  }

  /** All rows, with the seconds of those under way up to now. */
  rows(now: number): Row[] {
    return [...this.entries.values()].map((entry) => ({ ...entry, seconds: elapsed(entry, now) }));
  }

  private fresh = (name: string): Entry => ({
    name,
    service: false,
    state: "waiting",
    what: "waiting",
    note: "",
    seconds: 0,
    since: undefined,
  });

  private put(entry: Entry): Entry {
    this.entries.set(entry.name, entry);
    return entry;
  }

  /** The row that a step belongs to; undefined: none. */
  private entryOf({ metadata: { urn } }: StepEvent): Entry | undefined {
    const { type, name } = parts(urn);
    if (!isStep(type)) return undefined;
    const shown = title({ type, name });
    return this.entries.get(shown) ?? { ...this.fresh(shown), service: type === CONTAINER };
  }

  private begin(step: StepEvent, now: number): Row | undefined {
    const entry = this.entryOf(step);
    const words = WORDS[step.metadata.op];
    if (entry === undefined || words === undefined) return undefined;
    return this.put({ ...entry, state: "working", what: word(entry, words[0]), note: "", since: now });
  }

  private finish(step: StepEvent, now: number): Row | undefined {
    const entry = this.entryOf(step);
    const words = WORDS[step.metadata.op];
    if (entry === undefined) return undefined;
    if (step.metadata.op === "same") return this.put({ ...entry, state: "same", what: "unchanged" });
    if (words === undefined) return undefined;
    const state = step.metadata.op === "delete-replaced" ? "waiting" : "done";
    const after = words[1] === "started" && isChecked(step) ? "healthy" : words[1];
    const ended = { ...entry, state, what: word(entry, after), note: "", since: undefined } as const;
    return this.put({ ...ended, seconds: elapsed(entry, now) });
  }

  private fail(step: StepEvent, now: number): Row | undefined {
    const entry = this.entryOf(step);
    if (entry === undefined) return undefined;
    return this.put({
      ...entry,
      state: "failed",
      what: "failed",
      note: "",
      since: undefined,
      seconds: elapsed(entry, now),
    });
  }

  private hear(
    { urn = "", message, severity, ephemeral }: Diagnostic,
    now: number,
  ): { readonly row?: Row; readonly remark?: Remark } {
    if (severity === "debug") return {};
    const text = plain(message);
    const { type } = parts(urn);
    const entry = isStep(type) ? this.entryOf({ metadata: { op: "", urn } }) : undefined;
    if (ephemeral || (entry !== undefined && severity.startsWith("info"))) {
      if (entry?.since === undefined) return {};
      return { row: { ...this.put({ ...entry, note: text }), seconds: elapsed(entry, now) } };
    }
    const level = severity === "warning" || severity === "error" ? severity : "info";
    if (text === "" || text === "update failed") return {};
    return { remark: { severity: level, text: entry === undefined ? text : `${entry.name}: ${text}` } };
  }
}

/** Whether the step waited until a container's own check passed. */
const isChecked = ({ metadata }: StepEvent): boolean => metadata.new?.inputs?.wait === true;

const word = ({ service }: Entry, text: string): string => (service ? text : (PLAIN[text] ?? text));

const elapsed = ({ seconds, since }: Entry, now: number): number =>
  since === undefined ? seconds : seconds + (now - since) / 1000;

const CHANGES: Readonly<Record<string, string>> = {
  create: "created",
  update: "updated",
  replace: "replaced",
  delete: "deleted",
  same: "unchanged",
};

/** "Resources: 30 unchanged, 1 updated; 4 s" */
export function summaryLine({ durationSeconds, resourceChanges = {} }: Summary): string {
  const counts = Object.entries(CHANGES).flatMap(([op, text]) =>
    resourceChanges[op] ? [`${resourceChanges[op]} ${text}`] : [],
  );
  return `Resources: ${counts.reverse().join(", ") || "none"}; ${durationSeconds} s`;
}

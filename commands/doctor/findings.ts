/** What is said about this machine: pure. */
import colors from "picocolors";
import type { Facts } from "../../engines/install/facts";
import { planEngine, type EngineStep } from "../../engines/install/plan";
import { EngineNotFound } from "../../engines/locate";

export interface Finding {
  /** Such as "engine". */
  readonly what: string;
  /** A fault keeps the stack from running; a warning may. */
  readonly verdict: "ok" | "warning" | "fault";
  readonly detail: string;
  /** What to do, for everything that is not ok. */
  readonly fix?: string;
}

const MIB_OF_GIB = 1024;
/** Room for images, their layers while they are unpacked, and models: a generous guess, so less is a warning. */
const WANTED_DISK_MIB = 10 * MIB_OF_GIB;
/** Below it not even rendered files and state can be written. */
const LEAST_DISK_MIB = 50;

const gib = (mib: number): string => `${(mib / MIB_OF_GIB).toFixed(1)} GiB`;

/** Free space of a place, in MiB. */
export function diskFinding(place: string, free: number): Finding {
  const detail = `${gib(free)} free at ${place}`;
  if (free >= WANTED_DISK_MIB) return { what: "disk", verdict: "ok", detail };
  const fix = "free some, or choose a directory on another disk: pulumi config set dataDir DIR";
  return { what: "disk", verdict: free < LEAST_DISK_MIB ? "fault" : "warning", detail, fix };
}

/** Whose memory containers get, and how much of it there is, in MiB. */
export interface Memory {
  readonly owner: "the engine" | "this machine";
  readonly total: number;
}

/** Memory against the limits of all services together, in MiB. */
export function memoryFinding({ owner, total }: Memory, limits: number): Finding {
  const detail = `${owner} has ${gib(total)}; the services may use ${gib(limits)} together`;
  if (total >= limits) return { what: "memory", verdict: "ok", detail };
  const fix = "leave a bundle out, or lower limits: pulumi config set --path overrides.SERVICE.memoryMiB MIB";
  return { what: "memory", verdict: "warning", detail, fix };
}

/** What llama.cpp's fast paths use on x86-64; without them it computes several times slower. */
const FLAGS = ["sse4_2", "avx", "avx2", "fma", "f16c"];

/** `cpuinfo` is the text of /proc/cpuinfo; undefined: another system. */
export function cpuFinding(architecture: string, cpuinfo: string | undefined): Finding {
  const what = "processor";
  if (!["x64", "arm64"].includes(architecture)) {
    const fix = "use a machine with an x86-64 or ARM64 processor: there are no images for others";
    return { what, verdict: "fault", detail: architecture, fix };
  }
  const flags = /^flags\s*:(.*)$/m.exec(cpuinfo ?? "")?.[1]?.split(" ");
  if (architecture !== "x64" || flags === undefined) return { what, verdict: "ok", detail: architecture };
  const missing = FLAGS.filter((flag) => !flags.includes(flag));
  if (missing.length === 0) return { what, verdict: "ok", detail: `x64 with ${FLAGS.join(", ")}` };
  const fix = "local models will be slow: let the virtual machine see the host's processor, or use llmProviders";
  return { what, verdict: "warning", detail: `x64 without ${missing.join(", ")}`, fix };
}

/** What `npm run up` does about a machine without an engine, by the first step of its plan. */
const BY_UP: Readonly<Record<EngineStep["kind"], string>> = {
  install: "npm run up offers to install one.",
  "start-service": "npm run up offers to start Docker.",
  "start-process": "npm run up offers to start Docker.",
  wait: "npm run up waits for Docker, which is starting.",
};

/** What brings up an engine on a machine of these facts: `up`, or the user as advised. */
function bringUp(facts: Facts): string {
  try {
    return planEngine(facts).map(({ kind }) => BY_UP[kind])[0] ?? "";
  } catch (error) {
    return (error as Error).message;
  }
}

/** No engine can be used. One that is named and missing is not replaced by another, and the message says what to do. */
export function engineFault(error: Error, facts: () => Facts): Finding {
  const [detail = "", ...rest] = error.message.split("\n");
  const told = rest.map((line) => line.trim()).join("; ");
  const fix = error instanceof EngineNotFound ? `${bringUp(facts())}\n${told}` : told;
  return { what: "engine", verdict: "fault", detail, fix: fix || undefined };
}

/** Longest answer of an engine that is well, in milliseconds. */
const SLOW_MS = 2_000;

/** How long the engine took to say who it is. */
export function answerFinding(milliseconds: number): Finding {
  const detail = `the engine answers in ${milliseconds} ms`;
  if (milliseconds <= SLOW_MS) return { what: "time-outs", verdict: "ok", detail };
  const fix = "the machine is short of processor or disk; health checks may time out. Stop other work, then try again";
  return { what: "time-outs", verdict: "warning", detail, fix };
}

const MARKS = { ok: colors.green("ok     "), warning: colors.yellow("warning"), fault: colors.red("fault  ") } as const;

/** One line each, and below it what to do. */
export function findingsText(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ what }) => what.length));
  const below = `\n${" ".repeat(width + 11)}`;
  return findings
    .flatMap(({ what, verdict, detail, fix }) => [
      `${MARKS[verdict]}  ${what.padEnd(width)}  ${detail.replaceAll("\n", below)}`,
      ...(fix === undefined ? [] : [`${below.slice(1)}→ ${fix.replaceAll("\n", `${below}  `)}`]),
    ])
    .join("\n");
}

/** `npm run doctor`: what this machine lacks for the stack, each with its fix. It changes nothing. */
import { existsSync, readFileSync } from "node:fs";
import os from "node:os";
import { parse, type Config } from "../config";
import { stackLabels } from "../engines/container-args";
import { ownerFaults, portFaults, wantedPorts } from "../engines/preflight";
import { freeMiB } from "../engines/free-space";
import type { EngineAddress } from "../engines/locate";
import { baseFault } from "../engines/images/bootstrap";
import { gatherFacts } from "../engines/install/facts";
import { engineQuestions } from "../engines/read";
import { findEngine, portKeys } from "../prepare";
import { openFaults } from "../services/exposure";
import { planStack, servicesOf, type StackPlan } from "../stack";
import {
  answerFinding,
  cpuFinding,
  diskFinding,
  engineFault,
  findingsText,
  memoryFinding,
  type Finding,
  type Memory,
} from "./doctor/findings";
import { findImageSource, NAME_A_MIRROR } from "./image-source";
import { stackSource } from "./stack-config";

export interface DoctorOptions {
  readonly stack: string;
  readonly json?: boolean;
}

const MIB = 2 ** 20;

async function engineFindings(config: Config) {
  const started = Date.now();
  try {
    const engine = await findEngine(config);
    const detail = `${engine.name} ${engine.version}, API ${engine.apiVersion}, ${engine.origin}`;
    const socket: Finding =
      engine.socketPath === undefined
        ? {
            what: "socket",
            verdict: "warning",
            detail: `${engine.host} is reached over the network`,
            fix: "the gateway mounts /var/run/docker.sock of that machine; data directories have to be there too",
          }
        : { what: "socket", verdict: "ok", detail: engine.socketPath };
    return {
      engine,
      findings: [{ what: "engine", verdict: "ok", detail } as Finding, socket, answerFinding(Date.now() - started)],
    };
  } catch (error) {
    return { engine: undefined, findings: [engineFault(error as Error, gatherFacts)] };
  }
}

/** What containers can have: an engine in a virtual machine has less than this machine. `host`: of the engine, if one answers. */
export async function memoryOf(host: string | undefined): Promise<Memory> {
  const info = host === undefined ? {} : ((await engineQuestions(host).info()) as { MemTotal?: number });
  return info.MemTotal
    ? { owner: "the engine", total: Math.round(info.MemTotal / MIB) }
    : { owner: "this machine", total: Math.round(os.totalmem() / MIB) };
}

/** Faults that name their own repair, as the config's do. */
const faultFindings = (what: string, faults: readonly string[], fine: string): Finding[] =>
  faults.length === 0
    ? [{ what, verdict: "ok", detail: fine }]
    : faults.map((detail) => ({ what, verdict: "fault", detail }) as const);

async function portFindings(config: Config, plan: StackPlan, engine: EngineAddress): Promise<Finding[]> {
  const ports = servicesOf(plan).flatMap((spec) => wantedPorts(spec, portKeys(config)));
  const faults = await portFaults(engineQuestions(engine.host), ports, stackLabels(config));
  const fine = ports.map(({ address, host }) => `${address}:${host}`).join(", ");
  return faultFindings("ports", faults, `${fine} free, or this stack's own`);
}

async function registryFinding(config: Config, set: boolean): Promise<Finding> {
  const what = "registry";
  const found = await findImageSource();
  if (found === "pull") return { what, verdict: "ok", detail: "Docker Hub answers" };
  if (set && config.imageSource === "build") {
    return { what, verdict: "ok", detail: "Docker Hub does not answer; images are built here (imageSource build)" };
  }
  const build = baseFault() === undefined ? "; or build: pulumi config set imageSource build" : "";
  return { what, verdict: "warning", detail: "Docker Hub does not answer", fix: NAME_A_MIRROR + build };
}

async function examine(stack: string): Promise<Finding[]> {
  const source = stackSource(stack);
  const { config, faults } = parse(source);
  const configured = faultFindings("config", faults, "no faults");
  const { engine, findings } = await engineFindings(config);
  const machine = [
    diskFinding(config.dataDir, freeMiB(config.dataDir)),
    cpuFinding(process.arch, existsSync("/proc/cpuinfo") ? readFileSync("/proc/cpuinfo", "utf8") : undefined),
  ];
  const registry = await registryFinding(config, source.set.imageSource !== undefined);
  if (faults.length > 0) return [...configured, ...findings, ...machine, registry];
  // Digests that are not known yet are found by `up`.
  const { plan, faults: planned } = planStack(config, undefined, (name) => name);
  const owner = { project: config.project, stack, engine: engine?.id ?? "" };
  const data = engine === undefined ? [] : faultFindings("data", ownerFaults(config.dataDir, owner), config.dataDir);
  if (plan === undefined)
    return [...configured, ...faultFindings("catalog", planned, ""), ...findings, ...machine, registry];
  const open = faultFindings("access", openFaults(config, engine?.hidesClients), `auth ${config.auth}`);
  // Catalog servers have the generous limit that the gateway would give them, which none comes near.
  const limits = servicesOf({ ...plan, servers: undefined }).reduce((sum, { memoryMiB }) => sum + memoryMiB, 0);
  const ports = engine === undefined ? [] : await portFindings(config, plan, engine);
  const memory = memoryFinding(await memoryOf(engine?.host), limits);
  return [...configured, ...findings, ...ports, ...open, ...data, memory, ...machine, registry];
}

/** Prints what was found; exit code 1 when something keeps the stack from running. */
export async function doctor({ stack, json }: DoctorOptions): Promise<void> {
  const findings = await examine(stack);
  const well = findings.every(({ verdict }) => verdict !== "fault");
  process.stdout.write(
    json ? `${JSON.stringify({ stack, well, findings }, null, 2)}\n` : `${findingsText(findings)}\n`,
  );
  process.exitCode = well ? 0 : 1;
}

/** What the policy looks at: a service as the specs have it, and the container that the engine would be asked for. */
import type { Config } from "../../config";
import type { ServiceSpec } from "../spec";

/** The part of a container's properties that rules read; each is missing where the engine is not asked for it. */
export interface PlannedContainer {
  readonly image: string;
  readonly envs: readonly string[];
  readonly command?: readonly string[];
  readonly user?: string;
  readonly readOnly: boolean;
  readonly privileged?: boolean;
  readonly networkMode?: string;
  readonly pidMode?: string;
  readonly ipcMode?: string;
  readonly capabilities: { readonly drops: readonly string[]; readonly adds?: readonly string[] };
  readonly securityOpts: readonly string[];
  readonly memory: number;
  readonly stopTimeout: number;
  readonly mounts: readonly { readonly source: string; readonly target: string; readonly readOnly: boolean }[];
  readonly ports: readonly { readonly internal: number; readonly external: number; readonly ip: string }[];
}

export interface Subject {
  readonly service: ServiceSpec;
  readonly container: PlannedContainer;
  /** Holds no secrets: those are named in it, never written. */
  readonly config: Config;
  /** Path of the engine's socket as containers mount it. */
  readonly engineSocket: string;
}

/** A service against a rule: what was found, what was expected, what to do. */
export interface Finding {
  readonly found: string;
  readonly expected: string;
  /** A whole clause, such as "remove the override". */
  readonly next: string;
}

export interface Rule {
  /** Lower case with hyphens; `policyWaivers` names it. */
  readonly name: string;
  /** What it asks for, as a sentence without a full stop. */
  readonly asks: string;
  /** One entry for each violation; none is fine. */
  readonly check: (subject: Subject) => readonly Finding[];
}

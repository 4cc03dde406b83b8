import * as pulumi from "@pulumi/pulumi";
import type { Running } from "../engines/engine";
import { probeCommand, type ProbeCommandArgs } from "./probe-command";

export interface ProbeArgs extends Pick<ProbeCommandArgs, "authorityFile"> {
  /** MCP endpoint as a client on this host reaches it. */
  readonly url: string;
  /** Longest wait for the first answer with tools, in seconds. */
  readonly seconds: number;
  /** Asked again whenever one of these was replaced; the first one answers, and is started anew when it has no tools. */
  readonly through: readonly Running[];
  /** Address of their engine, as in DOCKER_HOST. */
  readonly host: string;
  /** File with the token to show, where clients have to sign in. */
  readonly tokenFile?: string;
}

/** An MCP client's look at an endpoint: the update fails when it offers no tools. */
export class Probe extends pulumi.ComponentResource {
  constructor(name: string, args: ProbeArgs, opts?: pulumi.ComponentResourceOptions) {
    const { url, seconds, through, host, tokenFile, authorityFile } = args;
    super("mcp-stack:components:Probe", name, { url }, opts);
    const environment = { ENGINE_HOST: host, ...(tokenFile === undefined ? {} : { TOKEN_FILE: tokenFile }) };
    const run = `probe.ts ${url} ${seconds}`;
    probeCommand(`${name}-tools`, { run, environment, through, authorityFile }, this);
    this.registerOutputs({ url });
  }
}

import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { Running } from "../engines/engine";

export interface ProbeArgs {
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
  /** Certificate of the authority to trust besides those of the machine. */
  readonly authorityFile?: string | undefined;
}

/** An MCP client's look at an endpoint: the update fails when it offers no tools. */
export class Probe extends pulumi.ComponentResource {
  constructor(name: string, args: ProbeArgs, opts?: pulumi.ComponentResourceOptions) {
    const { url, seconds, through, host, tokenFile, authorityFile } = args;
    super("mcp-stack:components:Probe", name, { url }, opts);
    const run = `node --require ./loader.js engines/probe.ts ${url} ${seconds}`;
    const environment = {
      ENGINE_HOST: host,
      ...(tokenFile === undefined ? {} : { TOKEN_FILE: tokenFile }),
      ...(authorityFile === undefined ? {} : { NODE_EXTRA_CA_CERTS: authorityFile }),
      ASKED_THROUGH: pulumi.all(through.map(({ id }) => id)).apply((ids) => ids.map((id) => id.slice(0, 12)).join(" ")),
    };
    new command.local.Command(
      `${name}-tools`,
      { create: run, update: run, environment },
      { parent: this, dependsOn: through.map(({ ready }) => ready) },
    );
    this.registerOutputs({ url });
  }
}

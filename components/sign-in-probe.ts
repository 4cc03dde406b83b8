import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { Running } from "../engines/engine";

export interface SignInProbeArgs {
  /** Address at the ingress that oidc-auth answers. */
  readonly url: string;
  /** Longest wait for its first answer, in seconds. */
  readonly seconds: number;
  /** Address of the provider. */
  readonly issuer: string;
  /** Asked again whenever one of these was replaced. */
  readonly through: readonly Running[];
  /** Certificate of the authority to trust besides those of the machine. */
  readonly authorityFile?: string | undefined;
}

/** A look at oidc-auth from outside: the update fails when it does not start. */
export class SignInProbe extends pulumi.ComponentResource {
  constructor(name: string, args: SignInProbeArgs, opts?: pulumi.ComponentResourceOptions) {
    const { url, seconds, issuer, through, authorityFile } = args;
    super("mcp-stack:components:SignInProbe", name, { url }, opts);
    const run = `node --require ./loader.js engines/sign-in-probe.ts ${url} ${seconds}`;
    const environment = {
      ISSUER: issuer,
      ...(authorityFile === undefined ? {} : { NODE_EXTRA_CA_CERTS: authorityFile }),
      ASKED_THROUGH: pulumi.all(through.map(({ id }) => id)).apply((ids) => ids.map((id) => id.slice(0, 12)).join(" ")),
    };
    new command.local.Command(
      `${name}-answers`,
      { create: run, update: run, environment },
      { parent: this, dependsOn: through.map(({ ready }) => ready) },
    );
    this.registerOutputs({ url });
  }
}

import * as pulumi from "@pulumi/pulumi";
import { probeCommand, type ProbeCommandArgs } from "./probe-command";

export interface SignInProbeArgs extends Pick<ProbeCommandArgs, "through" | "authorityFile"> {
  /** Address at the ingress that oidc-auth answers. */
  readonly url: string;
  /** Longest wait for its first answer, in seconds. */
  readonly seconds: number;
  /** Address of the provider. */
  readonly issuer: string;
}

/** A look at oidc-auth from outside: the update fails when it does not start. */
export class SignInProbe extends pulumi.ComponentResource {
  constructor(name: string, args: SignInProbeArgs, opts?: pulumi.ComponentResourceOptions) {
    const { url, seconds, issuer, through, authorityFile } = args;
    super("mcp-stack:components:SignInProbe", name, { url }, opts);
    const run = `sign-in-probe.ts ${url} ${seconds}`;
    probeCommand(`${name}-answers`, { run, environment: { ISSUER: issuer }, through, authorityFile }, this);
    this.registerOutputs({ url });
  }
}

import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { accessWords, type AccessPlan } from "../engines/files/access";
import * as layout from "../engines/files/layout";
import { isCredential } from "../engines/files/credentials";
import { tlsWords, type TlsPlan } from "../engines/files/tls";
import { sentSource, type SecretSource, type SentSource } from "../engines/files/user-secrets";
import type { HostFiles } from "../engines/engine";
import type { Action } from "../engines/files/host-files";
import { hostCommand } from "./host-command";

export interface SecretsArgs {
  /** Absolute path. */
  readonly dataDir: string;
  readonly after: pulumi.Resource;
  /** Made once, kept for ever. */
  readonly generated: readonly layout.SecretPlan[];
  /** Taken over from the user's secrets whenever these change. */
  readonly copied: readonly layout.CopyPlan[];
  /** Digests that the router reads while it runs, one of the generated secrets among them; unset: nobody has to sign in. */
  readonly access?: AccessPlan;
  /** The certificate that the ingress reads when it is told to; unset: it does not encrypt. */
  readonly tls?: TlsPlan;
  /** Who has to be told of a new certificate; with `tls`. */
  readonly server?: { readonly host: string; readonly container: string };
  /** Whose secrets services of a bundle may mount besides. */
  readonly shared?: Secrets;
}

/** A plan for the process that writes it: with the values of the config that it needs, and no others. */
const sent = <P extends { readonly source: SecretSource }>(plan: P, isWanted: (name: string) => boolean) => ({
  ...plan,
  source: sentSource(plan.source, isWanted),
});

const isNamed =
  ({ names }: layout.CopyPlan) =>
  (name: string): boolean =>
    names.includes(name);

/**
 * Secret files beside the data, which are the only truth: no value is ever in a spec or in a log. In the state there is none
 * either, except what becomes an output of the stack or comes from the stack's config, encrypted.
 */
export class Secrets extends pulumi.ComponentResource {
  private readonly dataDir: string;
  private readonly shared: Secrets | undefined;
  private readonly made = new Map<string, HostFiles & { readonly node: pulumi.CustomResource }>();

  constructor(name: string, args: SecretsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mcp-stack:components:Secrets", name, {}, opts);
    const base = args.dataDir;
    this.dataDir = base;
    this.shared = args.shared;
    const whole = (
      plan: { readonly name: string; readonly source?: SentSource },
      action: "secret" | "copy",
      generation: string,
    ): void => this.make(plan.name, action, { base, ...plan, generation }, generation, args.after);
    for (const plan of args.generated) whole(plan, "secret", layout.secretGeneration(base, plan));
    for (const plan of args.copied) whole(sent(plan, isNamed(plan)), "copy", layout.copyGeneration(base, plan));
    if (args.access !== undefined) this.makeAccess(base, args.access);
    if (args.tls !== undefined) this.makeTls(args, args.tls);
    this.registerOutputs({ names: [...this.made.keys()] });
  }

  /** New digests are no reason to replace who reads them, a new directory is. */
  private makeAccess(base: string, plan: AccessPlan): void {
    const words = accessWords(base, plan);
    const after = this.files([plan.own, plan.services]).ready;
    this.make(plan.name, "access", { base, ...sent(plan, isCredential), ...words }, words.place, after);
  }

  /** As with digests: who serves a certificate is told of a new one, and replaced for a new directory only. */
  private makeTls({ dataDir: base, after, server }: SecretsArgs, plan: TlsPlan): void {
    const words = tlsWords(base, plan);
    this.make(plan.name, "tls", { base, ...plan, ...words, server }, words.place, after);
  }

  /** A node that writes a secret's files; who mounts them is replaced with `generation`. */
  private make(
    name: string,
    action: Action,
    plan: Readonly<Record<string, unknown>> & { readonly source?: SentSource },
    generation: string,
    after: pulumi.Resource | readonly pulumi.Resource[],
  ): void {
    const dependsOn = [after].flat();
    const hidden = typeof plan.source === "object";
    const node = hostCommand(`secret-${name}`, action, plan, { parent: this, dependsOn }, hidden);
    this.made.set(name, { node, ready: [node], generations: [generation] });
  }

  /** The files of the named secrets, for the services that mount them. */
  files(names: readonly string[]): HostFiles {
    const all = names.map((name) => {
      const files = this.made.get(name) ?? this.shared?.made.get(name);
      if (files === undefined)
        throw new Error(`secret ${name} is mounted, but index.ts declares no such secret; add it there`);
      return files;
    });
    return { ready: all.flatMap((files) => files.ready), generations: all.flatMap((files) => files.generations) };
  }

  /**
   * What a file of a secret says, for an output of the stack: a secret, which Pulumi encrypts in the state. Undefined in a
   * preview before the file is made.
   */
  output(name: string, file: string): pulumi.Output<string | undefined> {
    const made = this.made.get(name);
    if (made === undefined) throw new Error(`secret ${name} is an output, but nobody makes it`);
    const place = path.join(layout.secretDirectory(this.dataDir, name), file);
    return pulumi.secret(made.node.id.apply(() => layout.readText(place)));
  }
}

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

export interface SecretsArgs extends layout.SecretPlans {
  /** Absolute path. */
  readonly dataDir: string;
  readonly after: pulumi.Resource;
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

const holdsValues = (source: SentSource): boolean => typeof source === "object";

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
    this.makeFiles(name, args);
    if (args.access !== undefined) this.makeAccess(base, args.access);
    if (args.tls !== undefined) this.makeTls(args, args.tls);
    this.registerOutputs({ names: [...this.made.keys()] });
  }

  /**
   * One node for all that is generated or taken over, because each node is a process. What replaces a service stays its own: the secrets
   * that it mounts, not the others.
   */
  private makeFiles(name: string, { dataDir: base, after: dependsOn, ...plans }: SecretsArgs): void {
    const { generated, copied: found } = layout.withGenerations(base, plans);
    const copied = found.map((plan) => sent(plan, isNamed(plan)));
    const all = [...generated, ...copied];
    if (all.length === 0) return;
    const hidden = copied.some(({ source }) => holdsValues(source));
    const stdin = { base, generated, copied };
    const node = hostCommand(`${name}-files`, "secrets", stdin, { parent: this, dependsOn }, hidden);
    for (const one of all) this.made.set(one.name, { node, ready: [node], generations: [one.generation] });
  }

  /** New digests are no reason to replace who reads them, a new directory is. */
  private makeAccess(base: string, plan: AccessPlan): void {
    const words = accessWords(base, plan);
    const { source, ...own } = sent(plan, isCredential);
    const stdin = { base, ...own, source, ...words };
    this.makePlace(plan.name, "access", stdin, this.files([plan.own, plan.services]).ready, holdsValues(source));
  }

  /** As with digests: who serves a certificate is told of a new one, and replaced for a new directory only. */
  private makeTls({ dataDir: base, after, server }: SecretsArgs, plan: TlsPlan): void {
    const stdin = { base, ...plan, ...tlsWords(base, plan), server };
    this.makePlace(plan.name, "tls", stdin, [after]);
  }

  private makePlace(
    name: string,
    action: Action,
    stdin: { readonly place: string },
    dependsOn: readonly pulumi.Resource[],
    hidden = false,
  ): void {
    const node = hostCommand(`secret-${name}`, action, stdin, { parent: this, dependsOn: [...dependsOn] }, hidden);
    this.made.set(name, { node, ready: [node], generations: [stdin.place] });
  }

  /** The files of the named secrets, for the services that mount them. */
  files(names: readonly string[]): HostFiles {
    const all = names.map((name) => {
      const files = this.made.get(name) ?? this.shared?.made.get(name);
      if (files === undefined)
        throw new Error(`secret ${name} is mounted, but index.ts declares no such secret; add it there`);
      return files;
    });
    const ready = new Set(all.flatMap((files) => files.ready));
    return { ready: [...ready], generations: all.flatMap((files) => files.generations) };
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

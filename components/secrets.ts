import * as pulumi from "@pulumi/pulumi";
import * as layout from "../engines/files/layout";
import type { HostFiles } from "../engines/engine";
import { hostCommand } from "./host-command";

export interface SecretsArgs {
  /** Absolute path. */
  readonly dataDir: string;
  readonly after: pulumi.Resource;
  /** Made once, kept for ever. */
  readonly generated: readonly layout.SecretPlan[];
  /** Taken over from the user's file whenever it changes. */
  readonly copied: readonly layout.CopyPlan[];
}

/** Secret files beside the data, which are the only truth: no value is ever in a spec, in the state or in a log. */
export class Secrets extends pulumi.ComponentResource {
  private readonly made = new Map<string, HostFiles>();

  constructor(name: string, args: SecretsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mcp-stack:components:Secrets", name, {}, opts);
    const base = args.dataDir;
    for (const plan of args.generated)
      this.make(plan.name, "secret", { base, ...plan }, layout.secretGeneration(base, plan), args.after);
    for (const plan of args.copied)
      this.make(plan.name, "copy", { base, ...plan }, layout.copyGeneration(base, plan), args.after);
    this.registerOutputs({ names: [...this.made.keys()] });
  }

  private make(
    name: string,
    action: "secret" | "copy",
    plan: object,
    generation: string,
    after: pulumi.Resource,
  ): void {
    const ready = hostCommand(`secret-${name}`, action, { ...plan, generation }, { parent: this, dependsOn: after });
    this.made.set(name, { ready: [ready], generations: [generation] });
  }

  /** The files of the named secrets, for the services that mount them. */
  files(names: readonly string[]): HostFiles {
    const all = names.map((name) => {
      const files = this.made.get(name);
      if (files === undefined)
        throw new Error(`secret ${name} is mounted, but index.ts declares no such secret; add it there`);
      return files;
    });
    return { ready: all.flatMap((files) => files.ready), generations: all.flatMap((files) => files.generations) };
  }
}

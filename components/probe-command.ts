import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { Running } from "../engines/engine";

export interface ProbeCommandArgs {
  /** File below engines/ that asks, and its arguments. */
  readonly run: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Asked again whenever one of these was replaced. */
  readonly through: readonly Running[];
  /** Certificate of the authority to trust besides those of the machine. */
  readonly authorityFile?: string | undefined;
}

/** A graph node that asks the stack something from outside, once everything on the way is there. */
export function probeCommand(name: string, args: ProbeCommandArgs, parent: pulumi.Resource): void {
  const { run, environment: own, through, authorityFile } = args;
  const ask = `node --require ./loader.js engines/${run}`;
  const environment = {
    ...own,
    ...(authorityFile === undefined ? {} : { NODE_EXTRA_CA_CERTS: authorityFile }),
    ASKED_THROUGH: pulumi.all(through.map(({ id }) => id)).apply((ids) => ids.map((id) => id.slice(0, 12)).join(" ")),
  };
  const dependsOn = through.map(({ ready }) => ready);
  new command.local.Command(name, { create: ask, update: ask, environment }, { parent, dependsOn });
}

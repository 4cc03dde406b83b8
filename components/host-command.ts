import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { Action } from "../engines/files/host-files";

/**
 * A graph node that writes host files. `plan` goes through standard input, never through the command line. There is no
 * delete on purpose: what lies in dataDir survives `destroy`. A plan that holds a secret is `hidden`: encrypted in the state,
 * and shown nowhere.
 */
export function hostCommand(
  name: string,
  action: Action,
  plan: object,
  opts: pulumi.CustomResourceOptions,
  hidden = false,
): pulumi.CustomResource {
  const run = `node --require ./loader.js engines/files/host-files.ts ${action}`;
  const text = JSON.stringify(plan);
  return new command.local.Command(
    name,
    { create: run, update: run, stdin: hidden ? pulumi.secret(text) : text },
    opts,
  );
}

import type * as pulumi from "@pulumi/pulumi";
import * as layout from "../engines/files/layout";
import { hostCommand } from "./host-command";

/**
 * The directory of everything that survives `destroy`, marked with the stack that it belongs to. A node without a component around it:
 * Pulumi removes a stack in waves by depth, and everything stands on this one.
 *
 * @param dataDir absolute path
 */
export const dataDirectory = (dataDir: string, owner: layout.Owner): pulumi.Resource =>
  hostCommand("data-owner", "owner", { base: dataDir, owner, generation: layout.ownerGeneration(dataDir, owner) }, {});

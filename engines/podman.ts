/**
 * What Podman takes in other words than Docker: pure. Seen with Podman 4.3.1 and netavark 1.4.0; README.md ("Podman") has what it
 * lacks.
 */
import type { NETWORKS, NetworkName } from "../services/spec";
import type { NetworkForm } from "./container-args";

/** Which engine runs the stack. */
export type EngineName = "docker" | "podman";

const isolate = { isolate: "true" };

/**
 * Podman keeps networks apart from each other only when it is asked to (podman-network-create(1), "isolate"), and has nothing that
 * keeps members of one network apart, or that leaves the host without an address on it: its resolver listens at that address.
 */
export const PODMAN_FORMS: Readonly<Record<(typeof NETWORKS)[NetworkName], NetworkForm>> = {
  closed: { internal: true },
  apart: { options: isolate },
  open: { options: isolate },
};

/**
 * Options that give scratch space to a user. Podman refuses uid= and gid= ("unknown mount option"), and has U, which means the
 * container's own user; anybody else has to do with a directory that everybody may write.
 */
export const podmanOwner = (owner: string, user: string | undefined, mode: number): string =>
  owner === user ? `mode=${mode.toString(8)},U` : "mode=1777";

/** What a preview says of Podman. */
export const podmanNotes = (name: EngineName): string[] =>
  name === "docker"
    ? []
    : [
        "engine podman: networks without a way outside have an address of this host, so containers on them reach what it listens on; " +
          "catalog servers with a way outside reach each other; names of the internet are looked up everywhere",
      ];

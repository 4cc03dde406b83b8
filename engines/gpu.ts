/** Whether an engine can hand out a GPU. */
import { existsSync } from "node:fs";
import type Docker from "dockerode";
import type { ServiceSpec } from "../services/spec";

export type Gpu = NonNullable<ServiceSpec["gpu"]>;

/** Device nodes of the host that a kind of GPU needs; NVIDIA's come through its own runtime. */
export const GPU_DEVICES: Readonly<Record<Gpu, readonly string[]>> = {
  nvidia: [],
  rocm: ["/dev/kfd", "/dev/dri"],
  vulkan: ["/dev/dri"],
};

const OTHERWISE = "or compute on the CPU: pulumi config set gpu none";

/** Why the config's `gpu` cannot be had; none: it can. `has` tells whether this machine has a device node. */
export async function gpuFaults(
  docker: Pick<Docker, "info">,
  gpu: Gpu | "none",
  has: (node: string) => boolean = existsSync,
): Promise<string[]> {
  if (gpu === "none") return [];
  if (gpu === "nvidia") {
    const { Runtimes = {} } = (await docker.info()) as { Runtimes?: Record<string, unknown> };
    if ("nvidia" in Runtimes) return [];
    const found = Object.keys(Runtimes).join(", ") || "none";
    return [
      `gpu: "nvidia" needs the runtime nvidia, and the engine has ${found}; install NVIDIA's container toolkit and restart the engine, ${OTHERWISE}`,
    ];
  }
  const missing = GPU_DEVICES[gpu].filter((node) => !has(node));
  if (missing.length === 0) return [];
  return [
    `gpu: "${gpu}" needs ${missing.join(" and ")}, which this machine does not have; install the GPU's kernel driver, ${OTHERWISE}`,
  ];
}

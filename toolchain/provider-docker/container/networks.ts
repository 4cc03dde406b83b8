/** Puts a new container on its networks. */
import type { Engine } from "../engine/connect";
import { ask, daemonText } from "../engine/errors";
import type { ContainerInputs, NetworkEndpoint } from "./inputs";

/** Takes it from the default bridge and connects it to every network of `networksAdvanced`. */
export async function connectNetworks(engine: Engine, id: string, inputs: ContainerInputs): Promise<void> {
  const { networksAdvanced = [], networkMode } = inputs;
  if (networksAdvanced.length === 0) return;
  const { docker, host } = engine;
  if (networkMode === "bridge" || networkMode === "default") {
    await docker
      .getNetwork("bridge")
      .disconnect({ Container: id })
      .catch((error: unknown) => {
        const text = daemonText(error, host);
        if (!text.includes("is not connected to")) throw new Error(`Unable to disconnect the default network: ${text}`);
      });
  }
  for (const entry of networksAdvanced) {
    await ask(`Unable to connect to network '${entry.name}'`, host, () =>
      docker.getNetwork(entry.name).connect({ Container: id, EndpointConfig: endpoint(entry) }),
    );
  }
}

function endpoint(entry: NetworkEndpoint): object {
  const options = (entry.driverOpts ?? []).map((option) => /^([^=]*)=([^]*)$/.exec(option)?.slice(1));
  return {
    Aliases: entry.aliases ?? [],
    IPAMConfig: {
      IPv4Address: entry.ipv4Address,
      IPv6Address: entry.ipv6Address,
      LinkLocalIPs: entry.linkLocalIps,
    },
    MacAddress: entry.macAddress,
    DriverOpts: Object.fromEntries(options.filter((pair) => pair !== undefined)) as Record<string, string>,
    GwPriority: entry.gwPriority,
  };
}

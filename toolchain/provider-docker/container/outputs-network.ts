/** Networks and ports of a container in Pulumi's form. */
import type { Properties } from "../schema/types";
import type { Inspection } from "./inspection";

type Settings = Inspection["NetworkSettings"];

/** One entry for each network that the container is on. */
export function networkDatas({ Networks }: Settings): Properties[] {
  return Object.entries(Networks ?? {}).map(([networkName, endpoint]) => ({
    networkName,
    ipAddress: endpoint.IPAddress,
    ipPrefixLength: endpoint.IPPrefixLen,
    gateway: endpoint.Gateway,
    globalIpv6Address: endpoint.GlobalIPv6Address,
    globalIpv6PrefixLength: endpoint.GlobalIPv6PrefixLen,
    ipv6Gateway: endpoint.IPv6Gateway,
    macAddress: endpoint.MacAddress,
  }));
}

/** Published ports by their number in the container. */
export function ports({ Ports }: Settings): Properties[] {
  return Object.entries(Ports ?? {})
    .map(([key, bindings]) => ({ internal: Number(key.split("/")[0]), protocol: key.split("/")[1] ?? "tcp", bindings }))
    .sort((a, b) => a.internal - b.internal)
    .flatMap(({ internal, protocol, bindings }) =>
      (bindings ?? []).map(({ HostIp, HostPort }) => ({ internal, external: Number(HostPort), ip: HostIp, protocol })),
    );
}

/** Networks of an imported container; the default one says nothing. */
export function importedNetworks({ Networks }: Settings, mode: string): Properties[] {
  if (["bridge", "default", "host", "none"].includes(mode)) return [];
  return Object.entries(Networks ?? {}).map(([name, { NetworkID, Aliases }]) => ({
    name: NetworkID || name,
    ...(Aliases?.length ? { aliases: [...Aliases] } : {}),
  }));
}

/**
 * The state with its ports in the order of the inputs, if both name the same ones: order alone is no difference. Two
 * entries belong together by port and protocol, first those that agree in everything.
 */
export function alignPorts(state: Properties, inputs: Properties): Properties {
  const [old, wanted] = [state["ports"], inputs["ports"]];
  if (!Array.isArray(old) || !Array.isArray(wanted) || old.length !== wanted.length) return state;
  const rest = [...(old as readonly Properties[])];
  const ordered = (wanted as readonly Properties[]).map((port) => {
    const same = rest.filter(
      ({ internal, protocol }) => internal === port["internal"] && protocol === port["protocol"],
    );
    const best = same.find(({ ip, external }) => ip === port["ip"] && external === port["external"]) ?? same[0];
    if (best) rest.splice(rest.indexOf(best), 1);
    return best;
  });
  return ordered.includes(undefined) ? state : { ...state, ports: ordered as Properties[] };
}

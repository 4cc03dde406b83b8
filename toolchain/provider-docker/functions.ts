/** The functions that look something up: getNetwork and getRemoteImage. */
import type Docker from "dockerode";
import type { CheckFailure, InvokeHandler } from "../plugin/handlers";
import type { Engine } from "./engine/connect";
import { ask } from "./engine/errors";
import { findImage, repoDigest } from "./image/lookup";
import { checkFields } from "./plan/check";
import { fromPlain, toPlain } from "./plan/plain";
import { string, UNKNOWN, type Properties } from "./schema/types";

const ARGUMENTS = { name: string({ required: true }) };

/** A function of a name. An unknown name gives unknown answers. */
function lookup(
  answers: readonly string[],
  engine: () => Engine,
  find: (engine: Engine, name: string) => Promise<Properties>,
): InvokeHandler {
  return async ({ args }) => {
    const failures: CheckFailure[] = [];
    const { name } = checkFields(ARGUMENTS, toPlain(args), "", failures);
    if (failures.length > 0) return { failures };
    if (name === UNKNOWN) return { outputs: fromPlain(Object.fromEntries(answers.map((key) => [key, UNKNOWN]))) };
    return { outputs: fromPlain({ name, ...(await find(engine(), String(name))) }) };
  };
}

/** A network by name or id, with its containers. */
export const getNetwork = (engine: () => Engine): InvokeHandler =>
  lookup(
    ["id", "name", "driver", "scope", "internal", "options", "ipamConfigs", "containers"],
    engine,
    async ({ docker, host }, name) => {
      const info = await ask("Could not find docker network", host, () => docker.getNetwork(name).inspect());
      return networkAnswer(info as Docker.NetworkInspectInfo);
    },
  );

/** An image that the engine has. */
export const getRemoteImage = (engine: () => Engine): InvokeHandler =>
  lookup(["id", "name", "repoDigest"], engine, async (connected, name) => {
    const image = await findImage(connected, name);
    if (!image) throw new Error(`did not find docker image '${name}'`);
    return { id: image.id, repoDigest: repoDigest(name, image.repoDigests) };
  });

function networkAnswer(info: Docker.NetworkInspectInfo): Properties {
  const containers = Object.entries(info.Containers ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    id: info.Id,
    name: info.Name,
    driver: info.Driver,
    scope: info.Scope,
    internal: info.Internal,
    options: info.Options ?? {},
    ipamConfigs: (info.IPAM?.Config ?? []).map(({ Subnet, Gateway, IPRange, AuxiliaryAddresses }) => ({
      subnet: Subnet,
      gateway: Gateway,
      ipRange: IPRange,
      auxAddress: AuxiliaryAddresses as unknown as Properties,
    })),
    containers: containers.map(([containerId, { Name, EndpointID, MacAddress, IPv4Address, IPv6Address }]) => ({
      containerId,
      name: Name,
      endpointId: EndpointID,
      macAddress: MacAddress,
      ipv4Address: IPv4Address,
      ipv6Address: IPv6Address,
    })),
  };
}

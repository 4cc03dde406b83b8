/** docker:index/network:Network. */
import type Docker from "dockerode";
import type { Engine } from "./engine/connect";
import { ask, askIfThere, daemonText, isMissing, statusOf } from "./engine/errors";
import { removeWhenFree } from "./engine/removal";
import { labelMap, labelPairs, sameLabels } from "./labels";
import { createdOutputs } from "./plan/created";
import type { Found, ResourceType } from "./resource";
import { networkFields } from "./schema/network";
import { isRecord, type Properties, type Value } from "./schema/types";

/** A network that is made, read and removed; it has no updates. */
export const network: ResourceType = {
  fields: networkFields,
  autoNamed: true,
  oldGoesFirst: "fixed name",

  async create(engine, inputs) {
    const id = await createOrTakeOver(engine, inputs);
    engine.made.add(id);
    const found = await readNetwork(engine, id, inputs);
    if (!found)
      throw new Error(`network "${inputs["name"]}" was removed right after it was made; run the update again`);
    return { ...found, outputs: createdOutputs(networkFields, inputs, found.outputs) };
  },

  read: readNetwork,

  delete: ({ docker, host, removalMs }, id) =>
    removeWhenFree({
      state: "pending",
      timeoutMs: removalMs,
      attempt: async () => {
        try {
          await docker.getNetwork(id).remove();
        } catch (error) {
          if (isMissing(error)) return undefined;
          const text = daemonText(error, host);
          if (!text.includes("has active endpoints")) throw new Error(text, { cause: error });
          return `${text}; stop or disconnect what still uses it: ${await usersOf(docker, id)}`;
        }
      },
    }),
};

async function usersOf(docker: Docker, id: string): Promise<string> {
  const { Containers = {} } = (await docker.getNetwork(id).inspect()) as Docker.NetworkInspectInfo;
  return Object.values(Containers)
    .map(({ Name }) => Name)
    .join(", ");
}

/** Makes the network. One of the same name and labels that this stack does not know is left from an interrupted run. */
async function createOrTakeOver(engine: Engine, inputs: Properties): Promise<string> {
  const { docker, host } = engine;
  const name = String(inputs["name"]);
  const create = async (): Promise<string> => (await docker.createNetwork(createBody(inputs))).id;
  try {
    return await create();
  } catch (error) {
    const text = `Unable to create network: ${daemonText(error, host)}`;
    if (statusOf(error) !== 409) throw new Error(text, { cause: error });
    const leftover = await leftoverOf(engine, name, labelMap(inputs["labels"]));
    if (leftover === undefined)
      throw new Error(
        `${text}. It is not of this stack: remove it (docker network rm ${name}) or choose another name.`,
      );
    await ask(`Unable to remove network "${name}" of an interrupted update`, host, () =>
      docker.getNetwork(leftover).remove(),
    );
    return ask("Unable to create network", host, create);
  }
}

async function leftoverOf(
  { docker, made }: Engine,
  name: string,
  labels: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  const { Id, Labels = {} } = (await docker.getNetwork(name).inspect()) as Docker.NetworkInspectInfo;
  return sameLabels(Labels, labels) && !made.has(Id) ? Id : undefined;
}

function createBody(inputs: Properties): Docker.NetworkCreateOptions {
  const ipam = asList(inputs["ipamConfigs"]).map((config) => ({
    Subnet: config["subnet"],
    IPRange: config["ipRange"],
    Gateway: config["gateway"],
    AuxiliaryAddresses: config["auxAddress"],
  }));
  const options = {
    Name: inputs["name"],
    CheckDuplicate: true,
    Driver: inputs["driver"],
    Internal: inputs["internal"],
    Attachable: inputs["attachable"],
    Ingress: inputs["ingress"],
    EnableIPv6: inputs["ipv6"],
    Options: inputs["options"],
    Labels: labelMap(inputs["labels"]),
    IPAM: {
      Driver: inputs["ipamDriver"],
      Options: inputs["ipamOptions"],
      ...(ipam.length > 0 ? { Config: ipam } : {}),
    },
  };
  return options as unknown as Docker.NetworkCreateOptions;
}

const asList = (value: Value): Properties[] => (Array.isArray(value) ? value.filter(isRecord) : []);

async function readNetwork(
  { docker, host, podman }: Engine,
  id: string,
  state: Properties,
): Promise<Found | undefined> {
  const info = (await askIfThere(`Unable to inspect network ${id}`, host, () => docker.getNetwork(id).inspect())) as
    (Docker.NetworkInspectInfo & { Attachable?: boolean; Ingress?: boolean; EnableIPv6?: boolean }) | undefined;
  if (!info) return undefined;
  const outputs = {
    ...state,
    name: info.Name,
    labels: labelPairs(info.Labels),
    driver: info.Driver,
    internal: info.Internal,
    attachable: info.Attachable ?? false,
    ingress: info.Ingress ?? false,
    ipv6: info.EnableIPv6 ?? false,
    ipamDriver: info.IPAM?.Driver ?? "default",
    ipamOptions: podman ? (state["ipamOptions"] ?? {}) : (info.IPAM?.Options ?? {}),
    ipamConfigs: (info.IPAM?.Config ?? []).map(ipamConfig),
    // Podman 4.3.1 takes them and tells none; of addresses it tells its own driver.
    options: podman ? (state["options"] ?? {}) : (info.Options ?? {}),
    scope: info.Scope,
  };
  return { id: info.Id, outputs: outputs as Properties };
}

function ipamConfig(config: Readonly<Record<string, unknown>>): Properties {
  const { Subnet, IPRange, Gateway, AuxiliaryAddresses } = config;
  return { subnet: Subnet, ipRange: IPRange, gateway: Gateway, auxAddress: AuxiliaryAddresses } as Properties;
}

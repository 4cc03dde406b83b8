/** Limits of a container, at its creation and in updates. */
import type { ContainerInputs } from "./inputs";
import { bytes, nanoCpus } from "./units";

type Throttles = ContainerInputs["deviceReadBps"];

const throttles = (entries: Throttles): object[] | undefined =>
  entries?.length ? entries.map(({ path, rate }) => ({ Path: path, Rate: rate })) : undefined;

/** Limits that can be changed while the container runs; zero means "as it is". */
export function changeableResources(inputs: ContainerInputs) {
  return {
    CpuShares: inputs.cpuShares ?? 0,
    CpusetCpus: inputs.cpuSet ?? "",
    Memory: bytes(inputs.memory ?? 0),
    MemoryReservation: bytes(inputs.memoryReservation),
    MemorySwap: inputs.memorySwap ? bytes(inputs.memorySwap) : undefined,
    BlkioDeviceReadBps: throttles(inputs.deviceReadBps),
    BlkioDeviceReadIOps: throttles(inputs.deviceReadIops),
    BlkioDeviceWriteBps: throttles(inputs.deviceWriteBps),
    BlkioDeviceWriteIOps: throttles(inputs.deviceWriteIops),
  };
}

/** Every limit and device. @throws Error if cpus or gpus cannot be read */
export function resources(inputs: ContainerInputs) {
  return {
    ...changeableResources(inputs),
    ...(inputs.cpus
      ? { NanoCpus: nanoCpus(inputs.cpus) }
      : { CpuPeriod: inputs.cpuPeriod ?? 0, CpuQuota: inputs.cpuQuota ?? 0 }),
    ShmSize: inputs.shmSize ? bytes(inputs.shmSize) : undefined,
    Ulimits: (inputs.ulimits ?? []).map(({ name, hard, soft }) => ({ Name: name, Hard: hard, Soft: soft })),
    Devices: (inputs.devices ?? []).map(({ hostPath, containerPath, permissions }) => ({
      PathOnHost: hostPath,
      PathInContainer: containerPath || hostPath,
      CgroupPermissions: permissions,
    })),
    DeviceRequests: inputs.gpus ? [gpuRequest(inputs.gpus)] : deviceRequests(inputs),
  };
}

function deviceRequests({ deviceRequests: requests = [] }: ContainerInputs): object[] {
  return requests.map(({ driver, count, deviceIds, capabilities, options }) => ({
    Driver: driver,
    Count: count,
    DeviceIDs: deviceIds,
    Capabilities: capabilities && [capabilities],
    Options: options,
  }));
}

/** "all" or "device=ID,ID", as `docker run --gpus` takes it. */
function gpuRequest(gpus: string): object {
  const Capabilities = [["gpu"]];
  if (gpus === "all") return { Count: -1, Capabilities };
  const devices = /^["']?device=(.+?)["']?$/.exec(gpus)?.[1];
  if (devices === undefined)
    throw new Error(`Error setting gpus: "${gpus}" is not understood; expected all or device=ID,ID`);
  return { DeviceIDs: devices.split(","), Capabilities };
}

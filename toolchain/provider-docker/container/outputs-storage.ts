/** Mounts of a container in Pulumi's form. */
import { labelPairs } from "../labels";
import type { Properties } from "../schema/types";
import type { InspectedMount } from "./inspection";

/** One entry of `mounts`; blocks of options only where the engine has them. */
export function mountOutputs({ Type, Target, Source, ReadOnly, ...options }: InspectedMount): Properties {
  const { BindOptions, VolumeOptions, TmpfsOptions } = options;
  return {
    type: Type,
    target: Target,
    source: Source ?? "",
    readOnly: ReadOnly ?? false,
    ...(BindOptions ? { bindOptions: { propagation: BindOptions.Propagation ?? "" } } : {}),
    ...(TmpfsOptions ? { tmpfsOptions: { sizeBytes: TmpfsOptions.SizeBytes ?? 0, mode: TmpfsOptions.Mode ?? 0 } } : {}),
    ...(VolumeOptions
      ? {
          volumeOptions: {
            noCopy: VolumeOptions.NoCopy ?? false,
            labels: labelPairs(VolumeOptions.Labels),
            driverName: VolumeOptions.DriverConfig?.Name ?? "",
            driverOptions: VolumeOptions.DriverConfig?.Options ?? {},
            subpath: VolumeOptions.Subpath ?? "",
          },
        }
      : {}),
  };
}

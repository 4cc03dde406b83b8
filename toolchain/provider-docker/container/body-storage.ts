/** Mounts and volumes of a container for the create call. */
import { isAtLeast } from "../engine/version";
import { labelMap } from "../labels";
import type { Mount, Volume } from "./inputs";

/** The newer form, which fails where the source is missing. */
export function mounts(list: readonly Mount[], apiVersion: string): object[] {
  return list.map((mount) => ({
    Type: mount.type,
    Target: mount.target,
    Source: mount.source ?? "",
    ReadOnly: mount.readOnly ?? false,
    ...optionsOf(mount, apiVersion),
  }));
}

function optionsOf({ type, bindOptions, volumeOptions, tmpfsOptions }: Mount, apiVersion: string): object {
  if (type === "bind" && bindOptions) return { BindOptions: { Propagation: bindOptions.propagation } };
  if (type === "tmpfs" && tmpfsOptions)
    return { TmpfsOptions: { SizeBytes: tmpfsOptions.sizeBytes, Mode: tmpfsOptions.mode } };
  if (type !== "volume" || !volumeOptions) return {};
  // The official plugin refuses every option of volumes, not only this one.
  if (!isAtLeast(apiVersion, 45))
    throw new Error("Setting VolumeOptions.Subpath requires docker version 1.45 or higher");
  const { driverName, driverOptions, labels, noCopy, subpath } = volumeOptions;
  return {
    VolumeOptions: {
      NoCopy: noCopy ?? false,
      Labels: labelMap(labels),
      DriverConfig: { Name: driverName, Options: driverOptions },
      Subpath: subpath,
    },
  };
}

/** What `volumes` means to the engine. @throws Error in the official words for an entry that says too little or too much */
export function binds(list: readonly Volume[]) {
  const volumes: Record<string, object> = {};
  const bound: string[] = [];
  const volumesFrom: string[] = [];
  for (const { containerPath = "", fromContainer = "", hostPath, volumeName, readOnly, selinuxRelabel } of list) {
    if (fromContainer === "" && containerPath === "")
      throw new Error("Unable to parse volumes: volume entry without container path or source container");
    if (fromContainer !== "" && containerPath !== "")
      throw new Error("Unable to parse volumes: both a container and a path specified in a volume entry");
    if (fromContainer !== "") {
      volumesFrom.push(fromContainer);
      continue;
    }
    volumes[containerPath] = {};
    const mode = [readOnly ? "ro" : "rw", ...(selinuxRelabel ? [selinuxRelabel] : [])].join(",");
    const source = hostPath || volumeName;
    if (source) bound.push(`${source}:${containerPath}:${mode}`);
  }
  return { volumes, binds: bound, volumesFrom };
}

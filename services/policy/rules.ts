/** The rules that every preview applies to every service. */
import path from "node:path";
import { EXPOSURE_RULES } from "./exposure-rules";
import type { Finding, Rule, Subject } from "./subject";

const when = (wrong: boolean, finding: () => Finding): Finding[] => (wrong ? [finding()] : []);

const DIGEST = /@sha256:[0-9a-f]{64}$/;
/** Images that are built here are named by a hash of all that they are made of. */
const CONTENT_HASH = /^[^:@]+:[0-9a-f]{12,64}$/;

const pinned = ({ image }: Subject["container"], { imageSource }: Subject["config"]): boolean =>
  DIGEST.test(image) || (imageSource === "build" && CONTENT_HASH.test(image));

const image: Rule[] = [
  {
    name: "image-digest",
    asks: "images are named by digest, or by the hash of what they are built from",
    check: ({ service, container, config }) =>
      when(!pinned(container, config), () => ({
        found: `image ${container.image}`,
        expected: "a reference that ends in @sha256: and 64 hexadecimal digits",
        next: `name the digest in catalogs/images.yaml or by pulumi config set --path imageDigests.${service.image} sha256:…`,
      })),
  },
  {
    name: "image-latest",
    asks: "no image is named by the tag latest",
    check: ({ container }) =>
      when(/:latest(@|$)/.test(container.image), () => ({
        found: `image ${container.image}`,
        expected: "a version, or no tag beside the digest",
        next: "name a version in catalogs/images.yaml",
      })),
  },
];

/** `container:NAME` and `host` both mean a world that is not the container's own. */
const shared = (mode: string | undefined): boolean =>
  mode !== undefined && !["none", "bridge", "private", "shareable", ""].includes(mode);

const modes = ({ container }: Subject): string[] => [
  ...(container.privileged === true ? ["privileged"] : []),
  ...(["networkMode", "pidMode", "ipcMode"] as const).flatMap((mode) =>
    shared(container[mode]) ? [`${mode} ${container[mode]}`] : [],
  ),
];

const isolation: Rule[] = [
  {
    name: "privileged",
    asks: "no container is privileged or shares the host's networks, processes or memory",
    check: (subject) =>
      modes(subject).map((found) => ({
        found,
        expected: "namespaces of its own, and no more than named capabilities",
        next: "take it out of the service's spec",
      })),
  },
  {
    name: "capabilities",
    asks: "all capabilities are dropped but named ones, and no process gains any",
    check: ({ container: { capabilities, securityOpts } }) => {
      const all = (capabilities.adds ?? []).some((name) => /^(CAP_)?(ALL|SYS_ADMIN)$/.test(name));
      const kept = !capabilities.drops.includes("ALL") || all || !securityOpts.includes("no-new-privileges:true");
      return when(kept, () => ({
        found: `drops ${capabilities.drops.join(", ") || "nothing"}, adds ${capabilities.adds?.join(", ") ?? "nothing"}, ${securityOpts.join(", ") || "no security options"}`,
        expected: "drops ALL, adds neither ALL nor SYS_ADMIN, no-new-privileges",
        next: "name the single capabilities that it needs in the service's spec",
      }));
    },
  },
  {
    name: "root-user",
    asks: "no service runs as root",
    check: ({ container: { user } }) =>
      when(/^(0|root)(:|$)/.test(user ?? ""), () => ({
        found: `user ${user}`,
        expected: "a user of its own",
        next: "set user in the service's spec",
      })),
  },
  {
    name: "writable-root",
    asks: "the root file system is read-only",
    check: ({ container: { readOnly } }) =>
      when(!readOnly, () => ({
        found: "a writable root file system",
        expected: "a read-only one, with memory or data directories where it writes",
        next: "set readOnlyRoot in the service's spec",
      })),
  },
];

const inside = (file: string, directory: string): boolean => {
  const way = path.relative(directory, file);
  return way === "" || (!way.startsWith("..") && !path.isAbsolute(way));
};

/** Sockets by which a container could steer the engine, under whatever name it is mounted. */
const isSocket = ({ engineSocket }: Subject, source: string): boolean =>
  source === engineSocket || /(^|\/)(docker|podman|containerd|crio)\.sock$/.test(source);

const mounts: Rule[] = [
  {
    name: "host-mount",
    asks: "what is mounted lies in the data directory",
    check: (subject) =>
      subject.container.mounts
        .filter(({ source }) => !isSocket(subject, source) && !inside(source, subject.config.dataDir))
        .map(({ source, target }) => ({
          found: `${source} is mounted at ${target}`,
          expected: `something below ${subject.config.dataDir}`,
          next: "move it there, and take the mount out of the service's spec",
        })),
  },
  {
    name: "engine-socket",
    asks: "no container has the engine's socket, which is root on this machine",
    check: (subject) =>
      subject.container.mounts
        .filter(({ source }) => isSocket(subject, source))
        .map(({ source, target }) => ({
          found: `${source} is mounted at ${target}`,
          expected: "no socket of an engine",
          next: "take it out of the service's spec",
        })),
  },
];

export const RULES: readonly Rule[] = [...image, ...isolation, ...mounts, ...EXPOSURE_RULES];

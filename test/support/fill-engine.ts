/** A full disk of an engine: by a file in a container, until that is removed. For engines with a small disk of their own. */
import type Docker from "dockerode";

/** Fills it; `image` is one that the engine has, with a shell's programs. */
export async function fillDisk(docker: Docker, image: string): Promise<Docker.Container> {
  const container = await docker.createContainer({
    Image: image,
    User: "0",
    Entrypoint: ["dd", "if=/dev/zero", "of=/full", "bs=64k"],
    Cmd: [],
    HostConfig: { NetworkMode: "none" },
  });
  await container.start();
  await container.wait();
  return container;
}

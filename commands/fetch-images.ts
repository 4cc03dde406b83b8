/** Images before containers: with progress that Pulumi's own rows would not show. The graph then finds them there. */
import type Docker from "dockerode";
import type { WantedImage } from "../components/images";
import type { Config } from "../config";
import { CACHE, ensureImages } from "../engines/images/build";
import { hasImage, pullImage } from "../engines/images/engine";
import { readLock } from "../engines/images/lock";
import { Step } from "../engines/images/progress";

/** Pulls or builds what the engine does not have. @throws Error naming the image and why it cannot be had. */
export async function fetchImages(config: Config, docker: Docker, wanted: readonly WantedImage[]): Promise<void> {
  if (config.imageSource === "build") {
    const names = wanted.map(({ name }) => name);
    await ensureImages({ docker, lock: readLock(), cache: CACHE, sink: process.stderr }, names);
    return;
  }
  const there = await Promise.all(wanted.map(({ reference }) => hasImage(docker, reference)));
  const missing = wanted.filter((_image, index) => !there[index]);
  for (const [index, image] of missing.entries())
    await pull(docker, image, `[${index + 1}/${missing.length}] ${image.name}`);
}

async function pull(docker: Docker, { name, reference }: WantedImage, title: string): Promise<void> {
  const step = new Step(title, `pulling ${reference}`);
  try {
    await pullImage(docker, step, reference);
  } catch (error) {
    step.end("failed after");
    throw new Error(
      `image "${name}" (${reference}) could not be pulled: ${(error as Error).message}\n` +
        "Try again; behind a mirror set imageRegistry; without any registry: pulumi config set imageSource build",
      { cause: error },
    );
  }
  step.end("pulled in");
}

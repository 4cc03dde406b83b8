/** Images that a test makes or pulls, and takes away again. */
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import tar from "tar-stream";
import { buildImage, hasImage } from "../../engines/images/engine";
import { Step } from "../../engines/images/progress";

/** How long a container may still use an image that is to go. */
const IN_USE_SECONDS = 30;

/** Builds an image with one more layer than `base`, which is in no other image; gives its reference. */
export async function imageWithNewLayer(docker: Docker, base: string): Promise<string> {
  const reference = `mcp-stack-test/new-layer:${randomBytes(6).toString("hex")}`;
  const context = tar.pack();
  context.entry({ name: "Dockerfile" }, `FROM ${base}\nCOPY new /new\n`);
  context.entry({ name: "new" }, randomBytes(100_000));
  context.finalize();
  const step = new Step(reference, "building", { write: () => undefined });
  try {
    const options = { reference, buildArguments: {}, labels: {} };
    await buildImage(docker, step, context as unknown as NodeJS.ReadableStream, options);
  } finally {
    step.end("ended");
  }
  return reference;
}

/** Makes the engine forget names of images, those that it has; content goes with its last name. */
export async function forgetImages(docker: Docker, ...references: readonly string[]): Promise<void> {
  for (const reference of references) {
    for (let tries = 0; await hasImage(docker, reference); tries++) {
      if (tries > 0) await sleep(1_000);
      await docker
        .getImage(reference)
        .remove({ noprune: true })
        .catch((error: Error & { statusCode?: number }) => {
          if (error.statusCode !== 409 || tries === IN_USE_SECONDS) throw error;
        });
    }
  }
}

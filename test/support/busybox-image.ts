/** A tiny image for tests that run containers: Debian's static BusyBox, whose shell, wget and the like are in /bin. */
import { createHash } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { buffer } from "node:stream/consumers";
import Docker from "dockerode";
import tar from "tar-stream";
import { unpacked } from "./debian-package";

let made: Promise<string> | undefined;

/**
 * The image's reference, `mcp-stack-test/busybox:HASH`. Imported on first use, on Debian or Ubuntu as root, and kept
 * between runs.
 */
export function busyboxImage(docker = new Docker()): Promise<string> {
  made ??= ensure(docker);
  return made;
}

async function ensure(docker: Docker): Promise<string> {
  const recipe = fs.readFileSync(__filename);
  const [repo, tag] = ["mcp-stack-test/busybox", createHash("sha256").update(recipe).digest("hex").slice(0, 12)];
  const reference = `${repo}:${tag}`;
  const present = await docker
    .getImage(reference)
    .inspect()
    .catch(() => undefined);
  if (present) return reference;
  const file = rootFileSystem(await busybox());
  await buffer(
    await docker.importImage(file as unknown as NodeJS.ReadableStream, { repo, tag, changes: "ENV PATH=/bin" }),
  );
  return reference;
}

/** The program itself, out of its package. */
async function busybox(): Promise<Buffer> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "mcp-stack-busybox-"));
  try {
    return fs.readFileSync(path.join(await unpacked("busybox-static", directory), "bin/busybox"));
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

/** Every applet that tests use is a link to the one program. */
const APPLETS = ["sh", "cat", "echo", "false", "httpd", "id", "ls", "mkdir", "sleep", "stat", "test", "true", "wget"];

function rootFileSystem(program: Buffer): tar.Pack {
  const pack = tar.pack();
  for (const name of ["bin", "etc", "tmp"]) pack.entry({ name, type: "directory", mode: 0o755 });
  pack.entry({ name: "bin/busybox", mode: 0o755 }, program);
  for (const applet of APPLETS) pack.entry({ name: `bin/${applet}`, type: "symlink", linkname: "busybox" });
  pack.finalize();
  return pack;
}

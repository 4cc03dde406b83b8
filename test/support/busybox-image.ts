/** A tiny image for tests that run containers: Debian's static BusyBox, whose shell, wget and the like are in /bin. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { buffer } from "node:stream/consumers";
import { promisify } from "node:util";
import Docker from "dockerode";
import tar from "tar-stream";

const PACKAGE = "busybox-static";
const run = promisify(execFile);

let made: Promise<string> | undefined;

/**
 * The image's reference, `mcp-stack-test/busybox:HASH`. Imported on first use and kept between runs; needs an engine,
 * and for the first run Debian's or Ubuntu's package lists.
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
    // apt would give up root for the download, and then may not write here.
    await run("apt-get", ["-o", "APT::Sandbox::User=root", "download", PACKAGE], { cwd: directory });
    const [file = ""] = fs.readdirSync(directory);
    await run("dpkg-deb", ["--extract", file, "root"], { cwd: directory });
    return fs.readFileSync(path.join(directory, "root/bin/busybox"));
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

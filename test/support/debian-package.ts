/** Files of Debian's packages for tests, without installing anything on the machine. */
import { execFile } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { aptGet } from "./apt";

const run = promisify(execFile);

/** A program that is on PATH, or else its file out of the Debian package of the same name, unpacked below `directory`. */
export async function packagedProgram(name: string, directory: string): Promise<string> {
  const folders = (process.env.PATH ?? "").split(path.delimiter);
  const installed = folders.map((folder) => path.join(folder, name)).find((file) => fs.existsSync(file));
  return installed ?? path.join(await unpacked(name, directory), "usr/bin", name);
}

/** A directory below `directory` with the contents of the Debian package. */
export async function unpacked(name: string, directory: string): Promise<string> {
  const target = fs.mkdtempSync(path.join(directory, `${name}-`));
  // apt would give up root for the download, and then may not write here.
  await aptGet(["-o", "APT::Sandbox::User=root", "download", name], target);
  const [file = ""] = fs.readdirSync(target);
  await run("dpkg-deb", ["--extract", file, "."], { cwd: target });
  return target;
}

/** A tiny image made of the host's own programs, so that nothing has to be pulled or built: sh, sleep, dd and Perl. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { promisify } from "node:util";
import type Docker from "dockerode";
import { pack } from "tar-stream";

const PROGRAMS = ["/bin/sh", "/bin/sleep", "/bin/dd", "/usr/bin/perl"];
const SERVER_MODULE = "IO::Socket::INET";

/** Command of a web server on port 80 that answers every request with "hello". */
export const HTTP_SERVER = [
  "/usr/bin/perl",
  `-M${SERVER_MODULE}`,
  "-e",
  `$server = ${SERVER_MODULE}->new(Listen => 5, LocalPort => 80, ReuseAddr => 1) or die $@;
   while ($client = $server->accept) { sysread $client, $request, 4096; print $client "HTTP/1.0 200 OK\\r\\n\\r\\nhello"; close $client }`,
];

const output = async (program: string, ...args: string[]): Promise<string> =>
  (await promisify(execFile)(program, args)).stdout;

/** The programs, their libraries, and what Perl loads for the server. */
async function files(): Promise<string[]> {
  const loaded = await output(
    "perl",
    `-M${SERVER_MODULE}`,
    "-e",
    'print join "\\n", values %INC, @DynaLoader::dl_shared_objects',
  );
  const libraries = (await output("ldd", ...PROGRAMS)).match(/\/lib\S+\.so\S*/g) ?? [];
  return [...new Set([...PROGRAMS, ...libraries, ...loaded.split("\n")])];
}

/** Imports the image as `reference` (repository:tag). The caller removes it. */
export async function importTinyImage(docker: Docker, reference: string): Promise<void> {
  const root = pack();
  for (const file of await files()) root.entry({ name: file.slice(1), mode: 0o755 }, readFileSync(file));
  root.finalize();
  const [repo, tag] = reference.split(":");
  await buffer(await docker.importImage(Readable.from(root), { repo, tag }));
  await docker.getImage(reference).inspect();
}

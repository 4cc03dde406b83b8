/** The password of the database's superuser, which the database keeps with its data. */
import type Docker from "dockerode";
import type { Config } from "../../config";
import { resourceName } from "../../engines/container-args";
import { POSTGRES } from "../../services/dify/postgres";

/** Of the role that the one-shot `dify-database` signs in as. */
const ROLE = "postgres";

/**
 * Tells the running database, by its own socket, where it trusts whoever gets in. The statement comes by standard input, so
 * the password is on no command line; it is not logged either, because only failing statements are.
 *
 * @throws Error when the database does not run, or does not take it
 */
export async function setDatabaseRoot(docker: Docker, config: Config, password: string): Promise<void> {
  const container = docker.getContainer(resourceName(config, POSTGRES));
  const running = await container.inspect().then(
    ({ State }) => State.Running,
    () => false,
  );
  if (!running)
    throw new Error(`${POSTGRES} does not run, and only it can take a new password; bring it up first: npm run up`);
  const Cmd = ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-U", ROLE, "-d", "postgres", "-f", "-"];
  const exec = await container.exec({ Cmd, AttachStdin: true, AttachStdout: true, AttachStderr: true });
  const stream = await exec.start({ hijack: true, stdin: true });
  // Generated in base64url: no quote can be in it.
  stream.end(`ALTER ROLE ${ROLE} PASSWORD '${password}';\n`);
  const said: Buffer[] = [];
  for await (const part of stream) said.push(part as Buffer);
  const { ExitCode } = await exec.inspect();
  if (ExitCode === 0) return;
  const reason = Buffer.concat(said).toString("utf8").replaceAll(password, "…").trim();
  throw new Error(`${POSTGRES} did not take the new password (exit code ${ExitCode}): ${reason}; nothing was changed`);
}

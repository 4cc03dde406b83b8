import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import type { Offered } from "../support/offer-engine";
import { createNamespace } from "../support/second-engine/namespace";

const OFFER = path.resolve(__dirname, "../support/offer-engine.ts");
const TYPESCRIPT = require.resolve("sucrase/register/ts");
const LOG = "/var/log/mcp-gateway-stack-dockerd.log";

/** Directories in which a machine whose engine does not run has nothing of it. */
const HIDDEN = ["/run", "/etc/docker", "/var/lib/docker", "/var/log"];

/**
 * Offers an engine on this machine as if none ran: the machine's own is hidden, and the one that is started ends with the
 * command. `setUp` is a shell command that runs before.
 */
async function offerWithout(setUp: string): Promise<Offered> {
  const hide = HIDDEN.map((directory) => `mkdir -p ${directory} && mount -t tmpfs tmpfs ${directory}`);
  const namespace = await createNamespace([...hide, setUp]);
  try {
    const isolate = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"];
    const [program = "", ...args] = [...namespace.inside, ...isolate, process.execPath, "--require", TYPESCRIPT, OFFER];
    const { stdout } = await promisify(execFile)(program, args, { timeout: 90_000 });
    return JSON.parse(stdout) as Offered;
  } finally {
    await namespace.remove();
  }
}

/** What was said, whatever the time: a step that takes long says so again every few seconds. */
const withoutTimes = ({ said, ...rest }: Offered): Offered => ({
  said: [...new Set(said.map((line) => line.replace(/\d+ s$/, "N s")))],
  ...rest,
});

const ANNOUNCED = [
  "A container engine is needed. The next steps:",
  `    start it as a background process: dockerd, which logs to ${LOG} (after a reboot it has to be started again)`,
  "Going ahead: there is no terminal to ask on.",
  "starting Docker: waiting for an answer N s",
];

describe("offerEngine on a machine whose Docker does not run", () => {
  it("starts it, and it is found", async () => {
    const offered = await offerWithout("true");
    expect(withoutTimes(offered)).toEqual({
      said: [...ANNOUNCED, "starting Docker: done N s"],
      origin: "found",
      host: "unix:///var/run/docker.sock",
    });
  }, 120_000);

  it("shows why it does not start", async () => {
    const offered = await offerWithout(`echo '{"no-such-key":1}' >/etc/docker/daemon.json`);
    expect(withoutTimes(offered)).toEqual({
      said: [...ANNOUNCED, "starting Docker: failed N s"],
      error: expect.stringMatching(
        /^dockerd \(process \d+\) ended with code 1; last lines of \/var\/log\/mcp-gateway-stack-dockerd\.log:\n {4}unable to configure the Docker daemon with file \/etc\/docker\/daemon\.json: .*no-such-key$/,
      ),
    });
  }, 120_000);
});

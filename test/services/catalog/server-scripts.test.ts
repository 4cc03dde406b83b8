import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { BUSYBOX } from "../../../services/catalog/bridge";
import { listenScript, serveScript, type ServerProcess } from "../../../services/catalog/server-scripts";
import { eventually } from "../../support/eventually";
import { hasEnded } from "../../support/process-tree";

let directory: string;
beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), "mcp-serve-"));
});
afterEach(() => fs.rmSync(directory, { recursive: true }));

/** What prints its variables and arguments, then its input. */
const PROGRAM = `#!/bin/sh
printf '%s\\n' "$@" "TOKEN=$TOKEN" "HEADER=$HEADER" "PEER=\${SOCAT_PEERADDR-none}"
cat
`;

const server = (secretsFile: string): ServerProcess => ({
  service: "mcp-hub",
  entrypoint: [path.join(directory, "program"), "it's"],
  command: ["--token=$TOKEN", "*", ""],
  secrets: [{ name: "hub.token", env: "TOKEN" }],
  secretsFile,
  environment: [{ name: "HEADER", value: "Bearer ${TOKEN}" }],
  variables: new Set(["TOKEN", "HEADER"]),
});

/** The script with the machine's own programs in place of busybox's; the gateway has the address 10.0.0.2. */
function serve(peer: string, dotenv: string, program = PROGRAM) {
  const secretsFile = path.join(directory, "env");
  fs.writeFileSync(secretsFile, dotenv);
  fs.writeFileSync(path.join(directory, "program"), program, { mode: 0o755 });
  const box = path.join(directory, "box-stand-in");
  const lookup = 'nslookup) printf "Server: 10.0.0.9\\n\\nName: mcp-gateway\\nAddress: 10.0.0.2\\n" ;;';
  fs.writeFileSync(box, `#!/bin/sh\ncase $1 in ${lookup} *) exec "$@" ;; esac\n`, { mode: 0o755 });
  const script = serveScript(server(secretsFile)).replaceAll(BUSYBOX.join(" "), box);
  const env = { PATH: process.env["PATH"], SOCAT_PEERADDR: peer, SOCAT_PID: "1" };
  return spawnSync("/bin/sh", ["-c", script], { encoding: "utf8", input: "asked\n", env });
}

describe("what runs for a connection", () => {
  it("is the server, with its arguments, secrets and input", () => {
    const { stdout, status } = serve("10.0.0.2", "# hub.token=no\nOTHER=x\nhub.token= a=b'c$d \n");
    expect(stdout.split("\n")).toEqual([
      "it's",
      "--token= a=b'c$d",
      "*",
      "",
      "TOKEN= a=b'c$d",
      "HEADER=Bearer  a=b'c$d",
      "PEER=none",
      "asked",
      "",
    ]);
    expect(status).toBe(0);
  });

  it("gets what the gateway makes of a secret that is not there", () => {
    expect(serve("10.0.0.2", "OTHER=x\n").stdout).toContain("TOKEN=<UNKNOWN>\n");
  });

  it("takes with it at its end what left its group", async () => {
    const daemon = "#!/bin/sh\nsetsid sleep 600 < /dev/null > /dev/null 2>&1 &\necho $!\n";
    const { stdout, status } = serve("10.0.0.2", "hub.token=x\n", daemon);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^\d+\n$/);
    // Killed, and perhaps not gone yet.
    await eventually(async () => expect(await Promise.resolve(hasEnded(Number(stdout)))).toBe(true));
  });

  it("is nothing when it is not the gateway that connects", () => {
    const { stdout, stderr, status } = serve("10.0.0.22", "hub.token=x\n");
    expect(stdout).toBe("");
    expect(stderr).toBe("mcp-hub: refused 10.0.0.22, which is not mcp-gateway\n");
    expect(status).toBe(1);
  });
});

it("a program that the image does not have ends the container, which says so", () => {
  const script = listenScript({ service: "mcp-hub", entrypoint: ["/nowhere/it's"] });
  const { status, stderr } = spawnSync("/bin/sh", ["-c", script], { encoding: "utf8" });
  expect([status, stderr]).toEqual([
    1,
    "mcp-hub: the image has no /nowhere/it's; correct its entry point in catalogs/images.yaml\n",
  ]);
});

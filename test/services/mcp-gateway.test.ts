import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { mcpGatewayService, SERVER_SESSIONS, type GatewaySettings } from "../../services/mcp-gateway";

const settings = (more: Partial<GatewaySettings> = {}): GatewaySettings => ({
  catalog: { files: { catalog: "C", registry: "R", config: "K", tools: "T" }, verifySignatures: false },
  serverLabels: { "mcp-stack.stack": "it's dev", "mcp-stack.service": "mcp-server" },
  dynamicTools: false,
  ...more,
});

const spec = (more: Partial<GatewaySettings> = {}) => mcpGatewayService(settings(more));

/** Content of a rendered file, by its path in the container. */
const fileAt = (target: string, more: Partial<GatewaySettings> = {}): string | undefined =>
  spec(more)
    .files.flatMap((directory) => directory.files.map((file) => ({ ...file, at: `${directory.target}/${file.path}` })))
    .find(({ at }) => at === target)?.content;

/** Runs a script of the spec with programs of its own in place of the real ones, which print their arguments one a line. */
function runScript(script: string, programs: readonly string[], args: readonly string[]): string[] {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "mcp-gateway-test-"));
  try {
    for (const program of programs) {
      const file = path.join(directory, program);
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(file, '#!/bin/sh\nprintf "%s\\n" "$@"\n', { mode: 0o755 });
    }
    const moved = programs.reduce((text, program) => text.replaceAll(program, path.join(directory, program)), script);
    return execFileSync("/bin/sh", ["-c", moved, "sh", ...args], { encoding: "utf8" })
      .split("\n")
      .slice(0, -1);
  } finally {
    fs.rmSync(directory, { recursive: true });
  }
}

const wrapped = (...args: string[]): string[] =>
  runScript(fileAt("/opt/mcp-stack/bin/docker") ?? "", ["/usr/bin/docker"], args);

describe("mcp-gateway", () => {
  it("serves streamable HTTP from its four files and the secrets", () => {
    expect(spec().command).toEqual([
      "--transport=streaming",
      "--port=8811",
      "--catalog=agent-hub.yaml",
      "--registry=/opt/mcp-stack/registry.yaml",
      "--config=/opt/mcp-stack/config.yaml",
      "--tools-config=/opt/mcp-stack/tools.yaml",
      "--secrets=/workspace/.env",
      "--cpus=1",
      "--memory=2048m",
      "--verify-signatures=false",
    ]);
    expect(["registry", "config", "tools"].map((name) => fileAt(`/opt/mcp-stack/${name}.yaml`))).toEqual([
      "R",
      "K",
      "T",
    ]);
  });

  it("has its catalog where the gateway reads catalogs: below the home of its user", () => {
    const { environment, mounts } = spec();
    expect(fileAt(`${environment["HOME"]}/.docker/mcp/catalogs/agent-hub.yaml`)).toBe("C");
    expect(mounts).toContainEqual({ kind: "data", path: "mcp-gateway", target: `${environment["HOME"]}/.docker/mcp` });
  });

  it("checks signatures when there are some to check", () => {
    expect(spec({ catalog: { ...settings().catalog, verifySignatures: true } }).command).toContain(
      "--verify-signatures=true",
    );
  });

  it.each([
    [false, { features: { "dynamic-tools": "disabled" } }],
    [true, {}],
  ])("with gatewayDynamicTools %p configures Docker's client as %j", (dynamicTools, expected) => {
    const config = fileAt(`${spec().environment["DOCKER_CONFIG"]}/config.json`, { dynamicTools });
    expect(JSON.parse(config ?? "")).toEqual(expected);
  });

  it("finds the wrapper before Docker's client, and the socket where the client looks for it", () => {
    const { environment, files, mounts } = spec();
    const executables = files.flatMap(({ target, files: inside }) =>
      inside.filter((file) => file.executable).map((file) => `${target}/${file.path}`),
    );
    expect(executables).toContain(`${environment["PATH"]?.split(":")[0]}/docker`);
    expect(mounts).toContainEqual({ kind: "engine-socket", target: "/var/run/docker.sock" });
  });

  it("has no token in its description, and a start script that takes it from the secret", () => {
    const { secrets, entrypoint, environment } = spec();
    expect(secrets).toContainEqual({ secret: "gateway-token", target: "/run/secrets/gateway-token" });
    expect(Object.keys(environment)).not.toContain("MCP_GATEWAY_AUTH_TOKEN");
    expect(fileAt(entrypoint?.[1] ?? "")).toContain("MCP_GATEWAY_AUTH_TOKEN=$(cat /run/secrets/gateway-token/value)");
  });

  it("holds one capability, a read-only root, and no port on the host", () => {
    expect(spec()).toMatchObject({
      capabilities: ["CAP_DAC_OVERRIDE"],
      readOnlyRoot: true,
      ports: [],
      networks: ["mcp", "mcp-outside"],
    });
  });
});

describe("the wrapper of Docker's client", () => {
  it("labels every container that is run and keeps its traffic out of the engine's log", () => {
    expect(wrapped("run", "--rm", "-e", "A", "image", "run", "a b")).toEqual([
      "run",
      "--log-driver",
      "none",
      "--pids-limit",
      "512",
      "--label",
      "mcp-stack.service=mcp-server",
      "--label",
      "mcp-stack.stack=it's dev",
      "--rm",
      "-e",
      "A",
      "image",
      "run",
      "a b",
    ]);
  });

  it("puts a server on no network where mcp-router is, so that the engine gets one at most", () => {
    const networks = ["--network", "stack-mcp", "--network", "stack-mcp-outside"];
    expect(wrapped("run", "--rm", ...networks, "image", "a b").slice(9)).toEqual([
      ...["--rm", "--network", "stack-mcp-outside", "image", "a b"],
    ]);
    expect(wrapped("run", "--network", "none", "image").slice(9)).toEqual(["--network", "none", "image"]);
  });

  it.each([[["ps", "-q"]], [["--version"]], [["inspect", "run"]]])("passes on %j as it is", (args) => {
    expect(wrapped(...args)).toEqual(args);
  });

  it("makes room for a new container of a server by removing the oldest ones, and only of that server and stack", () => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), "mcp-gateway-test-"));
    const [docker, log] = [path.join(directory, "docker"), path.join(directory, "log")];
    const newestFirst = Array.from({ length: SERVER_SESSIONS + 2 }, (_, index) => `id${index}`).join("\n");
    fs.writeFileSync(docker, `#!/bin/sh\necho "$*" >> ${log}\n[ "$1" != ps ] || echo '${newestFirst}'\n`, {
      mode: 0o755,
    });
    const script = (fileAt("/opt/mcp-stack/bin/docker") ?? "").replaceAll("/usr/bin/docker", docker);
    execFileSync("/bin/sh", ["-c", script, "sh", "run", "-l", "docker-mcp-name=time", "image"]);
    const [ps, rm, run] = fs.readFileSync(log, "utf8").split("\n");
    fs.rmSync(directory, { recursive: true });
    expect(ps).toBe(
      "ps --quiet --filter label=mcp-stack.service=mcp-server --filter label=mcp-stack.stack=it's dev --filter label=docker-mcp-name=time",
    );
    // One place is for the container that starts now.
    expect(rm).toBe(`rm --force id${SERVER_SESSIONS - 1} id${SERVER_SESSIONS} id${SERVER_SESSIONS + 1}`);
    expect(run).toMatch(/^run .* image$/);
  });
});

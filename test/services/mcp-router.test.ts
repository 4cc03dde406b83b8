import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { mcpRouterService } from "../../services/mcp-router";
import { nginxConf } from "../../services/nginx-conf";
import { configOf } from "../support/config";

const spec = mcpRouterService(configOf());
const files = Object.fromEntries(
  spec.files.flatMap((directory) => directory.files.map((file) => [`${directory.target}/${file.path}`, file])),
);

interface Started {
  /** Arguments of Nginx. */
  readonly nginx: string[];
  readonly resolver: string;
}

/** Runs the start script with a resolv.conf of our own, and a program in Nginx's place that prints its arguments. */
function start(resolvConf: string, ...args: string[]): Started {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "mcp-router-test-"));
  const at = (name: string): string => path.join(directory, name);
  try {
    fs.writeFileSync(at("resolv.conf"), resolvConf);
    fs.writeFileSync(at("nginx"), '#!/bin/sh\nprintf "%s\\n" "$@"\n', { mode: 0o755 });
    const script = (files[spec.entrypoint?.[1] ?? ""]?.content ?? "")
      .replaceAll("/etc/resolv.conf", at("resolv.conf"))
      .replaceAll("/tmp/resolver.conf", at("resolver.conf"));
    const env = { PATH: `${directory}:${process.env["PATH"]}` };
    const printed = execFileSync("/bin/sh", ["-c", script, "start.sh", ...args], {
      encoding: "utf8",
      env,
      stdio: "pipe",
    });
    return { nginx: printed.trim().split("\n"), resolver: fs.readFileSync(at("resolver.conf"), "utf8") };
  } finally {
    fs.rmSync(directory, { recursive: true });
  }
}

describe("mcp-router", () => {
  it("mounts its configuration and its start script, which sh reads", () => {
    expect(spec.entrypoint).toEqual(["/bin/sh", "/etc/mcp-router/start.sh"]);
    expect(Object.keys(files)).toEqual(["/etc/mcp-router/nginx.conf", "/etc/mcp-router/start.sh"]);
    expect(files["/etc/mcp-router/nginx.conf"]?.content).toBe(nginxConf(configOf()));
  });

  it("gets the gateway's token as a secret beside its configuration, never in it", () => {
    expect(spec.secrets).toEqual([{ secret: "gateway-token", target: "/run/secrets/gateway-token" }]);
    expect(spec.environment).toEqual({});
    expect(files["/etc/mcp-router/nginx.conf"]?.content).not.toMatch(/Bearer/i);
  });

  it.each(["token", "basic"])("with auth %s gets the script and the digests of clients beside them", (auth) => {
    const { files: directories, secrets } = mcpRouterService(configOf({ auth }));
    expect(directories[0]?.files.map(({ path: file }) => file)).toEqual(["nginx.conf", "start.sh", "sign-in.js"]);
    expect(secrets[1]).toEqual({ secret: "mcp-access", target: "/run/secrets/mcp-access" });
  });

  it("stands between the ingress and the MCP servers, and on no port of the host", () => {
    expect(spec).toMatchObject({ name: "mcp-router", networks: ["edge", "mcp"], port: 8080, ports: [] });
  });

  it("is asked for its health on its own health path", () => {
    expect(spec.health).toMatchObject({
      command: ["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:8080/healthz"],
    });
  });

  it("is not root, holds no capability, and can write to scratch memory only", () => {
    expect(spec).toMatchObject({ user: "101:101", capabilities: [], readOnlyRoot: true });
    expect(spec.mounts).toEqual([
      { kind: "data", path: "start-page", target: "/usr/share/start-page", readOnly: true },
      { kind: "tmpfs", target: "/tmp", sizeMiB: 16, mode: 0o1777 },
    ]);
  });
});

describe("the start script of mcp-router", () => {
  it.each([
    ["Docker", "search lan\nnameserver 127.0.0.11\noptions ndots:0\n", "127.0.0.11"],
    ["Podman", "nameserver\t10.89.0.1\n", "10.89.0.1"],
    ["an engine with several", "nameserver 10.0.0.2\nnameserver 10.0.0.3\n", "10.0.0.2"],
    ["an engine with IPv6", "nameserver fd00::1\n", "[fd00::1]"],
  ])("takes the resolver of %s", (_engine, resolvConf, address) => {
    expect(start(resolvConf)).toEqual({
      nginx: ["-e", "stderr", "-c", "/etc/mcp-router/nginx.conf"],
      resolver: `resolver ${address} valid=1s ipv6=off;\n`,
    });
  });

  it("hands the arguments of an override to Nginx", () => {
    expect(start("nameserver 127.0.0.11\n", "-g", "worker_processes 2;").nginx.slice(-2)).toEqual([
      "-g",
      "worker_processes 2;",
    ]);
  });

  it("says what is wrong when there is no resolver", () => {
    expect(() => start("options ndots:0\n")).toThrow(/mcp-router: .*resolv\.conf names no resolver/);
  });
});

import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { dockerContext } from "../../../engines/locate/context";

const HOST = "unix:///home/me/.colima/default/docker.sock";
let home: string;
beforeEach(() => {
  home = mkdtempSync(path.join(realpathSync(tmpdir()), "docker-context-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const idOf = (name: string): string => createHash("sha256").update(name).digest("hex");

function write(file: string, content: unknown): string {
  const full = path.join(home, file);
  mkdirSync(path.dirname(full), { recursive: true });
  writeFileSync(full, typeof content === "string" ? content : JSON.stringify(content));
  return full;
}

const writeContext = (name: string, directory = ".docker"): string =>
  write(`${directory}/contexts/meta/${idOf(name)}/meta.json`, {
    Name: name,
    Metadata: {},
    Endpoints: { docker: { Host: HOST, SkipTLSVerify: false } },
  });

describe("dockerContext", () => {
  it("is none without files of Docker's client", () => {
    expect(dockerContext({}, home)).toBeUndefined();
  });

  it("is none for the default context, whoever chose it", () => {
    write(".docker/config.json", { currentContext: "default" });
    expect(dockerContext({}, home)).toBeUndefined();
    write(".docker/config.json", { currentContext: "colima" });
    expect(dockerContext({ DOCKER_CONTEXT: "default" }, home)).toBeUndefined();
  });

  it("is the current one of Docker's client", () => {
    write(".docker/config.json", { auths: {}, currentContext: "colima" });
    writeContext("colima");
    expect(dockerContext({}, home)).toEqual({
      text: HOST,
      origin: 'docker context "colima"',
      change: "choose another (docker context use default)",
    });
  });

  it("is the one of DOCKER_CONTEXT before the current one", () => {
    write(".docker/config.json", { currentContext: "other" });
    writeContext("colima");
    expect(dockerContext({ DOCKER_CONTEXT: "colima" }, home)).toEqual({
      text: HOST,
      origin: 'docker context "colima"',
      change: "unset DOCKER_CONTEXT",
    });
  });

  it("is read from DOCKER_CONFIG where that is set", () => {
    write("elsewhere/config.json", { currentContext: "colima" });
    writeContext("colima", "elsewhere");
    expect(dockerContext({ DOCKER_CONFIG: path.join(home, "elsewhere") }, home)).toMatchObject({ text: HOST });
  });

  it("is an error when it is unknown", () => {
    const file = path.join(home, ".docker/contexts/meta", idOf("colima"), "meta.json");
    expect(() => dockerContext({ DOCKER_CONTEXT: "colima" }, home)).toThrow(
      new Error(`docker context "colima" is unknown: ${file} does not exist; unset DOCKER_CONTEXT`),
    );
  });

  it("is an error when it needs TLS", () => {
    writeContext("remote");
    write(`.docker/contexts/tls/${idOf("remote")}/docker/ca.pem`, "certificate");
    expect(() => dockerContext({ DOCKER_CONTEXT: "remote" }, home)).toThrow(
      new Error('docker context "remote" needs TLS, which is not supported; unset DOCKER_CONTEXT'),
    );
  });

  it.each(["not JSON", { Endpoints: {} }])("is an error when its file is broken: %p", (content) => {
    const file = write(`.docker/contexts/meta/${idOf("colima")}/meta.json`, content);
    expect(() => dockerContext({ DOCKER_CONTEXT: "colima" }, home)).toThrow(
      new Error(`${file} is not what Docker's client writes, and it may name the engine; correct it`),
    );
  });

  it("is an error when the client's config cannot be read", () => {
    mkdirSync(path.join(home, ".docker/config.json"), { recursive: true });
    expect(() => dockerContext({}, home)).toThrow(
      new Error(
        `${home}/.docker/config.json cannot be read (EISDIR: illegal operation on a directory, read), and it may name the engine`,
      ),
    );
  });
});

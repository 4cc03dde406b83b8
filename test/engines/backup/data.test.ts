import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type Docker from "dockerode";
import { archived } from "../../../engines/backup/container-files";
import { pieces, writers, writersOf } from "../../../engines/backup/data";
import { hasData, mark, restoreFaults, unmark } from "../../../engines/backup/marker";
import { movedTo } from "../../../engines/backup/owners";

let dataDir: string;
beforeEach(() => {
  dataDir = fs.mkdtempSync(path.join(os.tmpdir(), "backup-data-"));
});
afterEach(() => fs.rmSync(dataDir, { recursive: true }));

it("the data comes in as few pieces as leave out what is left out", () => {
  for (const name of ["a/b/c", "a/b/out", "a/d", "e", "out"])
    fs.mkdirSync(path.join(dataDir, name), { recursive: true });
  expect(pieces(dataDir, { out: "", "a/b/out": "" })).toEqual([
    { path: "a", parentOnly: true },
    { path: "a/b", parentOnly: true },
    { path: "a/b/c" },
    { path: "a/d" },
    { path: "e" },
  ]);
  expect(pieces(dataDir, {}).map((piece) => piece.path)).toEqual(["a", "e", "out"]);
});

describe("who writes", () => {
  const container = (service: string, mounts: object[], State = "running"): Docker.ContainerInfo =>
    ({
      Id: service,
      Image: `${service}:1`,
      State,
      Labels: { "mcp-stack.service": service },
      Mounts: mounts,
    }) as unknown as Docker.ContainerInfo;
  const targets = { redis: { "/data": "dify/redis" } };
  const place = { dataDir: "/d", volumes: { "p-s-workspace": "workspace" }, targets };
  const found = writers(
    [
      container("redis", [{ Source: "/d/dify/redis", RW: true }]),
      container("reader", [{ Source: "/d/dify/redis", RW: false }]),
      container("elsewhere", [
        { Source: "/dx/dify", RW: true },
        { Source: "/var/run/docker.sock", RW: true },
      ]),
      container("server", [{ Name: "p-s-workspace", Source: "/var/lib/docker/volumes/x/_data", RW: true }], "paused"),
      container("stopped", [{ Source: "/d/dify/redis", RW: true }], "exited"),
    ],
    place,
  );

  it("is read from mounts, by path or by volume, of containers that run", () => {
    expect(found.map(({ service, paused, paths }) => [service, paused, paths])).toEqual([
      ["redis", false, ["dify/redis"]],
      ["server", true, ["workspace"]],
    ]);
  });

  it.each([
    ["macOS and Linux", "/host_mnt/d/dify/redis", "/elsewhere"],
    [
      "WSL, by where it is in the container",
      "/run/desktop/mnt/host/wsl/docker-desktop-bind-mounts/Ubuntu/9c20",
      "/data",
    ],
  ])("is read from mounts as Docker Desktop tells them: %s", (_what, Source, Destination) => {
    const all = writers([container("redis", [{ Source, Destination, RW: true }])], place);
    expect(all.map(({ paths }) => paths)).toEqual([["dify/redis"]]);
  });

  it.each([
    ["dify", ["redis"]],
    ["dify/redis", ["redis"]],
    ["dify/redis/sub", ["redis"]],
    ["dify/redis2", []],
    ["workspace", ["server"]],
  ])("to %s: %j", (piece, services) => {
    expect(writersOf(found, piece).map(({ service }) => service)).toEqual(services);
  });
});

it("entries of the engine have the names of an archive, links included; sockets are none", () => {
  const header = { mode: 0o600, uid: 1, gid: 2, mtime: undefined, size: 5 };
  expect(archived({ ...header, name: "redis/x", type: "file" }, "dify")).toMatchObject({
    name: "data/dify/redis/x",
    size: 5,
  });
  expect(archived({ ...header, name: "redis/", type: "directory" }, "dify")).toMatchObject({ name: "data/dify/redis" });
  expect(archived({ ...header, name: "w/y", type: "link", linkname: "w/x" }, "")).toMatchObject({
    name: "data/w/y",
    linkname: "data/w/x",
  });
  expect(archived({ ...header, name: "w/y", type: "symlink", linkname: "../x" }, "")).toMatchObject({
    linkname: "../x",
  });
  expect(archived({ ...header, name: "w/fifo", type: "fifo" }, "")).toBeUndefined();
});

it("what was the user's becomes this user's, what is an image's stays", () => {
  const move = { from: "1000:1000", to: "501:20", fixed: ["dify/redis"] };
  const owner = (name: string, uid: number, gid: number) => {
    const { uid: u, gid: g } = movedTo(move, { name, uid, gid });
    return [u, g];
  };
  expect(owner("data/workspace/x", 1000, 1000)).toEqual([501, 20]);
  expect(owner("data/workspace/x", 1000, 5)).toEqual([501, 5]);
  expect(owner("data/workspace/x", 0, 1000)).toEqual([0, 1000]);
  expect(owner("data/dify/redis/x", 1000, 1000)).toEqual([1000, 1000]);
  expect(owner("data/dify/redis2", 1000, 1000)).toEqual([501, 20]);
});

it("a restore that was cut off keeps the stack down until the next one", () => {
  expect([hasData(dataDir), hasData(path.join(dataDir, "none")), restoreFaults(dataDir)]).toEqual([false, false, []]);
  mark(dataDir, "/archive");
  fs.writeFileSync(path.join(dataDir, "some"), "");
  expect(hasData(dataDir)).toBe(false);
  expect(restoreFaults(dataDir)).toEqual([expect.stringContaining(`"${dataDir}" holds a restore that was cut off`)]);
  unmark(dataDir);
  expect([hasData(dataDir), restoreFaults(dataDir)]).toEqual([true, []]);
});

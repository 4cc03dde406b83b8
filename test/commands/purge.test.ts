import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type Docker from "dockerode";
import { deleteData, deleteImages, purgeFault } from "../../commands/purge";
import { configOf } from "../support/config";

let dataDir = "";
beforeEach(() => (dataDir = fs.mkdtempSync(path.join(os.tmpdir(), "purge-"))));
afterEach(() => fs.rmSync(dataDir, { recursive: true, force: true }));

const config = (place = dataDir) => configOf({ dataDir: place });
const mark = (owner: object): void => fs.writeFileSync(path.join(dataDir, "owner.json"), JSON.stringify(owner));

describe("a data directory", () => {
  it("of this stack may be deleted, also when it is gone already", () => {
    mark({ project: "mcp-gateway-stack", stack: "dev", engine: "e" });
    expect([purgeFault(config()), purgeFault(config(`${dataDir}/gone`))]).toEqual([undefined, undefined]);
  });

  it("of another stack is refused", () => {
    mark({ project: "mcp-gateway-stack", stack: "prod", engine: "e" });
    expect(purgeFault(config())).toContain("belongs to the stack prod of mcp-gateway-stack, so it is not deleted");
  });

  it("without a mark is refused", () => {
    expect(purgeFault(config())).toContain("has no mark of an owner, so it is not deleted");
  });

  it.each(["/", os.homedir(), path.resolve(__dirname, "../..")])(
    "that holds more than data is refused: %s",
    (place) => {
      expect(purgeFault(config(place))).toMatch(/^dataDir: ".*" holds .*; delete by hand/);
    },
  );
});

describe("deleting data", () => {
  it("needs no engine where the user owns everything", async () => {
    await deleteData({} as Docker, dataDir, "image");
    expect(fs.existsSync(dataDir)).toBe(false);
  });

  it("goes through a container, without network, where services own files", async () => {
    const asked: Docker.ContainerCreateOptions[] = [];
    const removed = jest.fn(() => Promise.resolve());
    const docker = {
      createContainer: (options: Docker.ContainerCreateOptions) => {
        asked.push(options);
        const container = {
          start: () => Promise.resolve(),
          wait: () => Promise.resolve({ StatusCode: 0 }),
          remove: removed,
        };
        return Promise.resolve(container);
      },
    } as unknown as Docker;
    const denied = Object.assign(new Error("denied"), { code: "EACCES" });
    const spy = jest.spyOn(fs, "rmSync").mockImplementationOnce(() => {
      throw denied;
    });
    await deleteData(docker, dataDir, "image");
    spy.mockRestore();
    expect(asked[0]).toMatchObject({
      Image: "image",
      User: "0:0",
      HostConfig: { NetworkMode: "none", Mounts: [{ Source: dataDir, Target: "/purge" }] },
    });
    expect(removed).toHaveBeenCalledWith({ force: true });
    expect(fs.existsSync(dataDir)).toBe(false);
  });
});

it("images that containers use stay, and those that are gone are no fault", async () => {
  const codes: Readonly<Record<string, number>> = { used: 409, gone: 404 };
  const remove = (name: string) => {
    const statusCode = codes[name];
    return statusCode === undefined
      ? Promise.resolve()
      : Promise.reject(Object.assign(new Error(name), { statusCode }));
  };
  const docker = { getImage: (name: string) => ({ remove: () => remove(name) }) } as unknown as Docker;
  expect(await deleteImages(docker, ["a", "used", "gone"])).toEqual({ deleted: ["a"], kept: ["used"] });
});

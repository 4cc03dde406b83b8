import { Readable } from "node:stream";
import { connect, pullImage } from "../../../engines/images/engine";
import { DOCKER_INFO, FakeEngines, type FakeEngine } from "../../support/fake-engine";

const engines = new FakeEngines();
let meant: FakeEngine;
let other: FakeEngine;
const environment = { ...process.env };

beforeAll(async () => {
  meant = await engines.start({ body: { ...DOCKER_INFO, ID: "meant" } });
  other = await engines.start({ body: { ...DOCKER_INFO, ID: "other" } });
});
afterEach(() => {
  process.env = { ...environment };
});
afterAll(() => engines.close());

const idAt = async (address?: string): Promise<string> => ((await connect(address).info()) as typeof DOCKER_INFO).ID;

describe("connect", () => {
  it("goes to the address that is given, whatever the environment says", async () => {
    process.env.DOCKER_HOST = other.tcp;
    process.env.DOCKER_TLS_VERIFY = "1";
    await expect(idAt(meant.socket)).resolves.toBe("meant");
    await expect(idAt(`unix://${meant.socket}`)).resolves.toBe("meant");
    await expect(idAt(meant.tcp)).resolves.toBe("meant");
  });

  it("goes where DOCKER_HOST says without an address", async () => {
    process.env.DOCKER_HOST = other.tcp;
    await expect(idAt()).resolves.toBe("other");
  });
});

it.each([
  ["in the words of every version", { error: "no space", errorDetail: { message: "no space" } }],
  ["in the newer words alone", { errorDetail: { code: 1, message: "no space" } }],
  ["in the older words alone", { error: "no space" }],
])("a pull that the engine gives up %s fails", async (_what, message) => {
  const stream = Readable.from([Buffer.from(`${JSON.stringify(message)}\n`)]);
  const docker = Object.assign(connect(meant.socket), { pull: () => Promise.resolve(stream) });
  await expect(pullImage(docker, "a:1", () => undefined)).rejects.toThrow(/^no space$/);
});

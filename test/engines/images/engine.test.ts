import { connect } from "../../../engines/images/engine";
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

import os from "node:os";
import { memoryOf } from "../../../commands/doctor";
import { DOCKER_INFO, FakeEngines } from "../../support/fake-engine";

const engines = new FakeEngines();
afterAll(() => engines.close());

const here = { owner: "this machine", total: Math.round(os.totalmem() / 2 ** 20) };

it("the memory of an engine in a virtual machine counts, not that of its host", async () => {
  const { tcp } = await engines.start({ body: { ...DOCKER_INFO, MemTotal: 2 ** 31 } });
  expect(await memoryOf(tcp)).toEqual({ owner: "the engine", total: 2048 });
});

it("that of this machine counts where no engine tells", async () => {
  const { tcp } = await engines.start();
  expect([await memoryOf(undefined), await memoryOf(tcp)]).toEqual([here, here]);
});

import { engineReader } from "../../engines/read";
import { DOCKER_INFO, FakeEngines } from "../support/fake-engine";

const engines = new FakeEngines();
afterAll(() => engines.close());

it("reads from a socket and from a port", async () => {
  const { socket, tcp } = await engines.start();
  expect(await engineReader(`unix://${socket}`)("/info")).toEqual(DOCKER_INFO);
  expect(await engineReader(tcp)("/info")).toEqual(DOCKER_INFO);
});

it("an answer that is none names path and reason", async () => {
  const { socket } = await engines.start({ status: 404, body: { message: "No such container" } });
  await expect(engineReader(`unix://${socket}`)("/info")).rejects.toMatchObject({
    statusCode: 404,
    message: 'the engine answers HTTP 404 to /info: {"message":"No such container"}',
  });
});

it("an engine that is gone is named", async () => {
  await expect(engineReader("unix:///nowhere.sock")("/info")).rejects.toThrow(
    "the engine at unix:///nowhere.sock does not answer: connect ENOENT /nowhere.sock",
  );
});

it("a silent engine is given up when the signal says so", async () => {
  const { socket } = await engines.start({ silent: "at once" });
  await expect(engineReader(`unix://${socket}`)("/info", AbortSignal.timeout(50))).rejects.toThrow("does not answer");
});

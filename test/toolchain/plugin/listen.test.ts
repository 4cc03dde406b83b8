/** The framework from the engine's side: real gRPC, in one process. */
import { status, type ServiceError } from "@grpc/grpc-js";
import { LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { decode, encode, Secret, type PropertyMap } from "../../../toolchain/plugin/properties";
import { creation, INPUTS, startToy, URN, type Toy } from "./toy-client";

let toy: Toy;
beforeEach(async () => (toy = await startToy()));
afterEach(() => toy.stop());

describe("a provider", () => {
  it("tells its version and what it can do", async () => {
    const info = await toy.call<{ getVersion(): string }>("getPluginInfo", new Empty());
    expect(info.getVersion()).toBe("1.2.3");
    const configured = await toy.call<rpc.ConfigureResponse>(
      "configure",
      new rpc.ConfigureRequest().setArgs(encode({ host: new Secret("h") })),
    );
    expect(configured.toObject()).toMatchObject({
      acceptsecrets: true,
      supportspreview: true,
      acceptresources: true,
      acceptoutputs: false,
      supportsAutonamingConfiguration: true,
    });
    expect(toy.seen).toEqual([{ method: "configure", request: { host: new Secret("h") } }]);
  });

  it.each([
    ["faults", { size: 1 }, [{ property: "size", reason: "must be empty" }]],
    ["no faults", { colour: "red" }, []],
  ])("checks its config: %s", async (_what, config, failures) => {
    const answer = await toy.call<rpc.CheckResponse>("checkConfig", new rpc.CheckRequest().setNews(encode(config)));
    expect(answer.getFailuresList().map((failure) => failure.toObject())).toEqual(failures);
    expect(decode(answer.getInputs())).toEqual(config);
  });

  it("answers UNIMPLEMENTED to what it does not serve", async () => {
    const { UNIMPLEMENTED } = status;
    await expect(toy.call("getSchema", new rpc.GetSchemaRequest())).rejects.toMatchObject({ code: UNIMPLEMENTED });
    await expect(toy.call("handshake", new rpc.ProviderHandshakeRequest())).rejects.toMatchObject({
      code: UNIMPLEMENTED,
    });
  });

  it("has changed if a setting has, not if the engine's own entries have", async () => {
    const changes = async (oldInputs: PropertyMap, news: PropertyMap): Promise<unknown> => {
      const request = new rpc.DiffRequest().setOldInputs(encode(oldInputs)).setNews(encode(news));
      const answer = await toy.call<rpc.DiffResponse>("diffConfig", request);
      return { changes: answer.getChanges(), names: answer.getDiffsList(), replaces: answer.getReplacesList() };
    };
    const { DIFF_NONE, DIFF_SOME } = rpc.DiffResponse.DiffChanges;
    expect(await changes({ size: "1", version: "1.0.0" }, { size: "1", version: "1.2.3", __internal: {} })).toEqual({
      changes: DIFF_NONE,
      names: [],
      replaces: [],
    });
    expect(await changes({ size: "1" }, { size: "2" })).toEqual({ changes: DIFF_SOME, names: ["size"], replaces: [] });
  });
});

describe("a function", () => {
  it("answers", async () => {
    const request = new rpc.InvokeRequest().setTok("toy:index:echo").setArgs(encode({ text: new Secret("a") }));
    const answer = await toy.call<rpc.InvokeResponse>("invoke", request);
    expect(decode(answer.getReturn())).toEqual({ echoed: new Secret("a") });
  });

  it("of another name is refused by name", async () => {
    await expect(toy.call("invoke", new rpc.InvokeRequest().setTok("toy:index:shout"))).rejects.toMatchObject({
      details:
        'this stand-in of the toy plugin has no function "toy:index:shout"; install the official plugin to use it',
    });
  });
});

describe("lines for the user", () => {
  it("reach the engine in order, before the answer", async () => {
    await toy.call("create", creation(INPUTS));
    expect(toy.lines.map(({ urn, severity, message, ephemeral }) => ({ urn, severity, message, ephemeral }))).toEqual([
      { urn: URN, severity: LogSeverity.INFO, message: "first", ephemeral: true },
      { urn: URN, severity: LogSeverity.WARNING, message: "second", ephemeral: false },
    ]);
  });

  it("are lost with the engine, but the operation is not", async () => {
    toy.stopEngine();
    const answer = await toy.call<rpc.CreateResponse>("create", creation(INPUTS));
    expect(answer.getId()).toBe("id-1");
  });
});

describe("a cancelled update", () => {
  /** A creation that has begun and waits, and what becomes of it. */
  async function waiting(): Promise<{ readonly outcome: Promise<unknown> }> {
    const before = toy.seen.length;
    const outcome = toy.call("create", creation({ wait: true })).catch((error: ServiceError) => error.details);
    while (toy.seen.length === before) await new Promise(setImmediate);
    return { outcome };
  }

  it("ends what is running, not what comes after it", async () => {
    const first = await waiting();
    await toy.call("cancel", new Empty());
    expect(await first.outcome).toBe("the update was cancelled");
    const second = await waiting();
    expect(toy.seen.at(-1)).toMatchObject({ method: "create", request: { signal: { aborted: false } } });
    await toy.call("cancel", new Empty());
    expect(await second.outcome).toBe("the update was cancelled");
  });

  it("by the end of the plugin may undo what it was at before the plugin is gone", async () => {
    const { outcome } = await waiting();
    await toy.stop();
    expect(await outcome).toBe("the update was cancelled");
    expect(toy.seen.at(-1)).toMatchObject({ method: "undone" });
  });
});

/** The framework from the engine's side: real gRPC, in one process. */
import { credentials, Server, ServerCredentials, status, type ServiceError } from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogSeverity, type LogRequest } from "@pulumi/pulumi/proto/engine_pb";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { decode, encode, Secret, type PropertyMap } from "../../../toolchain/plugin/properties";
import { listen, type RunningPlugin } from "../../../toolchain/plugin/server";
import { toyProvider, type Seen } from "./toy-provider";

const URN = "urn:pulumi:dev::trial::toy:index:Group$toy:index:Box::first::box";
const INPUTS = { size: 1, password: new Secret("p") };

let plugin: RunningPlugin;
let client: ResourceProviderClient;
let seen: Seen[];
let engine: Server;
let lines: LogRequest.AsObject[];

beforeEach(async () => {
  lines = [];
  engine = new Server();
  engine.addService(EngineService, {
    log: (call: { request: LogRequest }, answer: (error: null, empty: Empty) => void) => {
      lines.push(call.request.toObject());
      answer(null, new Empty());
    },
  });
  const enginePort = await new Promise<number>((resolve, reject) =>
    engine.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    ),
  );
  const toy = toyProvider();
  seen = toy.seen;
  plugin = await listen(toy.options, `127.0.0.1:${enginePort}`);
  client = new ResourceProviderClient(`127.0.0.1:${plugin.port}`, credentials.createInsecure());
});

afterEach(() => {
  client.close();
  plugin.stop();
  engine.forceShutdown();
});

/** One call by the name of its method. */
function call<A>(method: keyof ResourceProviderClient, request: object): Promise<A> {
  const send = client[method] as (request: object, done: (error: ServiceError | null, answer: A) => void) => void;
  return new Promise((resolve, reject) => {
    send.call(client, request, (error, answer) => (error ? reject(error) : resolve(answer)));
  });
}

const creation = (inputs: PropertyMap): rpc.CreateRequest =>
  new rpc.CreateRequest().setUrn(URN).setProperties(encode(inputs)).setPreview(true).setTimeout(7);

describe("a provider", () => {
  it("tells its version and what it can do", async () => {
    const info = await call<{ getVersion(): string }>("getPluginInfo", new Empty());
    expect(info.getVersion()).toBe("1.2.3");
    const configured = await call<rpc.ConfigureResponse>(
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
    expect(seen).toEqual([{ method: "configure", request: { host: new Secret("h") } }]);
  });

  it.each([
    ["faults", { size: 1 }, [{ property: "size", reason: "must be empty" }]],
    ["no faults", { colour: "red" }, []],
  ])("checks its config: %s", async (_what, config, failures) => {
    const answer = await call<rpc.CheckResponse>("checkConfig", new rpc.CheckRequest().setNews(encode(config)));
    expect(answer.getFailuresList().map((failure) => failure.toObject())).toEqual(failures);
    expect(decode(answer.getInputs())).toEqual(config);
  });

  it("answers UNIMPLEMENTED to what it does not serve", async () => {
    const { UNIMPLEMENTED } = status;
    await expect(call("getSchema", new rpc.GetSchemaRequest())).rejects.toMatchObject({ code: UNIMPLEMENTED });
    await expect(call("handshake", new rpc.ProviderHandshakeRequest())).rejects.toMatchObject({ code: UNIMPLEMENTED });
  });

  it("says no change to its config", async () => {
    const answer = await call<rpc.DiffResponse>("diffConfig", new rpc.DiffRequest());
    expect(answer.getChanges()).toBe(rpc.DiffResponse.DiffChanges.DIFF_NONE);
  });
});

describe("a resource", () => {
  it("is told its type and name, from the urn where the engine leaves them out", async () => {
    await call("create", creation(INPUTS));
    await call("create", creation(INPUTS).setType("toy:index:Box").setName("given"));
    expect(seen.map(({ request }) => request)).toEqual([
      expect.objectContaining({ urn: URN, type: "toy:index:Box", name: "first::box" }),
      expect.objectContaining({ urn: URN, type: "toy:index:Box", name: "given" }),
    ]);
  });

  it("is checked: inputs with defaults, faults, the seed and the wish for a name", async () => {
    const request = new rpc.CheckRequest().setUrn(URN).setRandomseed(Buffer.from([1, 2]));
    request.setOlds(encode({ size: 0 })).setNews(encode({ password: new Secret("p") }));
    const { ENFORCE } = rpc.CheckRequest.AutonamingOptions.Mode;
    request.setAutonaming(new rpc.CheckRequest.AutonamingOptions().setProposedName("box-7").setMode(ENFORCE));
    const answer = await call<rpc.CheckResponse>("check", request);
    expect(decode(answer.getInputs())).toEqual({ colour: "red", password: new Secret("p") });
    expect(answer.getFailuresList().map((failure) => failure.toObject())).toEqual([
      { property: "size", reason: "no number" },
    ]);
    expect(seen[0]?.request).toMatchObject({
      olds: { size: 0 },
      autonaming: { proposedName: "box-7", mode: "enforce" },
    });
    expect([...(seen[0]?.request as { randomSeed: Uint8Array }).randomSeed]).toEqual([1, 2]);
  });

  it("is compared: state, old inputs and new inputs", async () => {
    const request = new rpc.DiffRequest().setUrn(URN).setId("id-1").setIgnorechangesList(["colour"]);
    request
      .setOlds(encode({ size: 1, made: true }))
      .setOldInputs(encode({ size: 1 }))
      .setNews(encode({ size: 2 }));
    const answer = await call<rpc.DiffResponse>("diff", request);
    expect(answer.getReplacesList()).toEqual(["size"]);
    expect(answer.getDeletebeforereplace()).toBe(true);
    expect(seen[0]?.request).toMatchObject({
      id: "id-1",
      state: { size: 1, made: true },
      oldInputs: { size: 1 },
      news: { size: 2 },
      ignoreChanges: ["colour"],
    });
  });

  it("is created with its time limit, and secrets go in and out as secrets", async () => {
    const answer = await call<rpc.CreateResponse>("create", creation(INPUTS));
    expect([answer.getId(), decode(answer.getProperties())]).toEqual(["id-1", INPUTS]);
    expect(seen[0]?.request).toMatchObject({ inputs: INPUTS, preview: true, timeoutSeconds: 7 });
  });

  it("is read", async () => {
    const request = new rpc.ReadRequest()
      .setUrn(URN)
      .setId("id-1")
      .setProperties(encode({ made: true }));
    const answer = await call<rpc.ReadResponse>("read", request.setInputs(encode(INPUTS)));
    expect([answer.getId(), decode(answer.getProperties()), decode(answer.getInputs())]).toEqual([
      "id-1",
      { made: true },
      INPUTS,
    ]);
  });

  it("that is gone reads as one without an id", async () => {
    const answer = await call<rpc.ReadResponse>("read", new rpc.ReadRequest().setUrn(URN).setId("gone"));
    expect(answer.getId()).toBe("");
  });

  it("is updated", async () => {
    const request = new rpc.UpdateRequest().setUrn(URN).setId("id-1").setTimeout(9).setIgnorechangesList(["colour"]);
    request
      .setOlds(encode({ made: true }))
      .setOldInputs(encode({ size: 1 }))
      .setNews(encode(INPUTS));
    const answer = await call<rpc.UpdateResponse>("update", request);
    expect(decode(answer.getProperties())).toEqual({ ...INPUTS, updated: true });
    expect(seen[0]?.request).toMatchObject({
      id: "id-1",
      state: { made: true },
      oldInputs: { size: 1 },
      news: INPUTS,
      preview: false,
      timeoutSeconds: 9,
      ignoreChanges: ["colour"],
    });
  });

  it("whose deletion fails answers with the message", async () => {
    const request = new rpc.DeleteRequest()
      .setUrn(URN)
      .setId("id-1")
      .setProperties(encode({ made: true }));
    const { UNKNOWN } = status;
    await expect(call("delete", request.setOldInputs(encode(INPUTS)).setTimeout(5))).rejects.toMatchObject({
      code: UNKNOWN,
      details: "first::box is nailed down",
    });
    expect(seen[0]?.request).toMatchObject({ state: { made: true }, oldInputs: INPUTS, timeoutSeconds: 5 });
  });

  it("that is made but not in order answers with its state", async () => {
    const error = await call("create", creation({ broken: true })).catch((thrown: ServiceError) => thrown);
    expect((error as ServiceError).details).toBe("not in order");
    expect((error as ServiceError).metadata.get("grpc-status-details-bin")).toHaveLength(1);
  });

  it("of another type is refused by name, with what there is", async () => {
    const other = creation({}).setUrn("urn:pulumi:dev::trial::toy:index:Crate::c");
    await expect(call("create", other)).rejects.toMatchObject({
      details:
        'this stand-in of the toy plugin 1.2.3 has no resource type "toy:index:Crate" (it has: toy:index:Box); ' +
        "install the official plugin to use it",
    });
  });
});

describe("a function", () => {
  it("answers", async () => {
    const request = new rpc.InvokeRequest().setTok("toy:index:echo").setArgs(encode({ text: new Secret("a") }));
    const answer = await call<rpc.InvokeResponse>("invoke", request);
    expect(decode(answer.getReturn())).toEqual({ echoed: new Secret("a") });
  });

  it("of another name is refused by name", async () => {
    await expect(call("invoke", new rpc.InvokeRequest().setTok("toy:index:shout"))).rejects.toMatchObject({
      details:
        'this stand-in of the toy plugin has no function "toy:index:shout"; install the official plugin to use it',
    });
  });
});

describe("lines for the user", () => {
  it("reach the engine in order, before the answer", async () => {
    await call("create", creation(INPUTS));
    expect(lines.map(({ urn, severity, message, ephemeral }) => ({ urn, severity, message, ephemeral }))).toEqual([
      { urn: URN, severity: LogSeverity.INFO, message: "first", ephemeral: true },
      { urn: URN, severity: LogSeverity.WARNING, message: "second", ephemeral: false },
    ]);
  });

  it("are lost with the engine, but the operation is not", async () => {
    engine.forceShutdown();
    const answer = await call<rpc.CreateResponse>("create", creation(INPUTS));
    expect(answer.getId()).toBe("id-1");
  });
});

describe("a cancelled update", () => {
  it("ends what is running, and what comes after runs again", async () => {
    const waiting = call("create", creation({ wait: true }));
    while (seen.length === 0) await new Promise(setImmediate);
    await call("cancel", new Empty());
    await expect(waiting).rejects.toMatchObject({ details: "the update was cancelled" });
    const answer = await call<rpc.CreateResponse>("create", creation(INPUTS));
    expect(answer.getId()).toBe("id-1");
  });
});

/** A resource's life from the engine's side: real gRPC, in one process. */
import { status, type ServiceError } from "@grpc/grpc-js";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { decode, encode, Secret } from "../../../toolchain/plugin/properties";
import { creation, INPUTS, startToy, URN, type Toy } from "./toy-client";

let toy: Toy;
beforeEach(async () => (toy = await startToy()));
afterEach(() => toy.stop());

describe("a resource", () => {
  it("is told its type and name, from the urn where the engine leaves them out", async () => {
    await toy.call("create", creation(INPUTS));
    await toy.call("create", creation(INPUTS).setType("toy:index:Box").setName("given"));
    expect(toy.seen.map(({ request }) => request)).toEqual([
      expect.objectContaining({ urn: URN, type: "toy:index:Box", name: "first::box" }),
      expect.objectContaining({ urn: URN, type: "toy:index:Box", name: "given" }),
    ]);
  });

  it("is checked: inputs with defaults, faults, the seed and the wish for a name", async () => {
    const request = new rpc.CheckRequest().setUrn(URN).setRandomseed(Buffer.from([1, 2]));
    request.setOlds(encode({ size: 0 })).setNews(encode({ password: new Secret("p") }));
    const { ENFORCE } = rpc.CheckRequest.AutonamingOptions.Mode;
    request.setAutonaming(new rpc.CheckRequest.AutonamingOptions().setProposedName("box-7").setMode(ENFORCE));
    const answer = await toy.call<rpc.CheckResponse>("check", request);
    expect(decode(answer.getInputs())).toEqual({ colour: "red", password: new Secret("p") });
    expect(answer.getFailuresList().map((failure) => failure.toObject())).toEqual([
      { property: "size", reason: "no number" },
    ]);
    expect(toy.seen[0]?.request).toMatchObject({
      olds: { size: 0 },
      autonaming: { proposedName: "box-7", mode: "enforce" },
    });
    expect([...(toy.seen[0]?.request as { randomSeed: Uint8Array }).randomSeed]).toEqual([1, 2]);
  });

  it("is compared: state, old inputs and new inputs", async () => {
    const request = new rpc.DiffRequest().setUrn(URN).setId("id-1").setIgnorechangesList(["colour"]);
    request
      .setOlds(encode({ size: 1, made: true }))
      .setOldInputs(encode({ size: 1 }))
      .setNews(encode({ size: 2 }));
    const answer = await toy.call<rpc.DiffResponse>("diff", request);
    expect(answer.getReplacesList()).toEqual(["size"]);
    expect(answer.getDeletebeforereplace()).toBe(true);
    expect(toy.seen[0]?.request).toMatchObject({
      id: "id-1",
      state: { size: 1, made: true },
      oldInputs: { size: 1 },
      news: { size: 2 },
      ignoreChanges: ["colour"],
    });
  });

  it("is created with its time limit, and secrets go in and out as secrets", async () => {
    const answer = await toy.call<rpc.CreateResponse>("create", creation(INPUTS));
    expect([answer.getId(), decode(answer.getProperties())]).toEqual(["id-1", INPUTS]);
    expect(toy.seen[0]?.request).toMatchObject({ inputs: INPUTS, preview: true, timeoutSeconds: 7 });
  });

  it("is read", async () => {
    const request = new rpc.ReadRequest()
      .setUrn(URN)
      .setId("id-1")
      .setProperties(encode({ made: true }));
    const answer = await toy.call<rpc.ReadResponse>("read", request.setInputs(encode(INPUTS)));
    expect([answer.getId(), decode(answer.getProperties()), decode(answer.getInputs())]).toEqual([
      "id-1",
      { made: true },
      INPUTS,
    ]);
  });

  it("that is gone reads as one without an id", async () => {
    const answer = await toy.call<rpc.ReadResponse>("read", new rpc.ReadRequest().setUrn(URN).setId("gone"));
    expect(answer.getId()).toBe("");
  });

  it("is updated", async () => {
    const request = new rpc.UpdateRequest().setUrn(URN).setId("id-1").setTimeout(9).setIgnorechangesList(["colour"]);
    request
      .setOlds(encode({ made: true }))
      .setOldInputs(encode({ size: 1 }))
      .setNews(encode(INPUTS));
    const answer = await toy.call<rpc.UpdateResponse>("update", request);
    expect(decode(answer.getProperties())).toEqual({ ...INPUTS, updated: true });
    expect(toy.seen[0]?.request).toMatchObject({
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
    await expect(toy.call("delete", request.setOldInputs(encode(INPUTS)).setTimeout(5))).rejects.toMatchObject({
      code: UNKNOWN,
      details: "first::box is nailed down",
    });
    expect(toy.seen[0]?.request).toMatchObject({ state: { made: true }, oldInputs: INPUTS, timeoutSeconds: 5 });
  });

  it("that is made but not in order answers with its state", async () => {
    const error = await toy.call("create", creation({ broken: true })).catch((thrown: ServiceError) => thrown);
    expect((error as ServiceError).details).toBe("not in order");
    expect((error as ServiceError).metadata.get("grpc-status-details-bin")).toHaveLength(1);
  });

  it("of another type is refused by name, with what there is", async () => {
    const other = creation({}).setUrn("urn:pulumi:dev::trial::toy:index:Crate::c");
    await expect(toy.call("create", other)).rejects.toMatchObject({
      details:
        'this stand-in of the toy plugin 1.2.3 has no resource type "toy:index:Crate" (it has: toy:index:Box); ' +
        "install the official plugin to use it",
    });
  });
});

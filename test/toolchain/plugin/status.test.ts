import { status } from "@grpc/grpc-js";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { InitFailed } from "../../../toolchain/plugin/handlers";
import { decode, Secret } from "../../../toolchain/plugin/properties";
import { toServiceError } from "../../../toolchain/plugin/status";

const HEADER = "grpc-status-details-bin";

describe("toServiceError", () => {
  it.each([
    ["an error", new Error("no such image"), "no such image"],
    ["a text", "plain", "plain"],
    ["nothing", undefined, "undefined"],
  ])("carries the message of %s and no details", (_what, thrown, message) => {
    const error = toServiceError(thrown);
    expect({ code: error.code, details: error.details }).toEqual({ code: status.UNKNOWN, details: message });
    expect(error.metadata.get(HEADER)).toEqual([]);
  });

  it("carries the state of a resource that exists but is not in order", () => {
    const outputs = { name: "web", password: new Secret("p") };
    const error = toServiceError(new InitFailed("id-1", outputs, { name: "web" }, ["not healthy", "log: boom"]));
    expect({ code: error.code, details: error.details }).toEqual({
      code: status.UNKNOWN,
      details: "not healthy\nlog: boom",
    });
    const answer = Status.deserializeBinary(error.metadata.get(HEADER)[0] as Buffer);
    expect([answer.getCode(), answer.getMessage()]).toEqual([status.UNKNOWN, "not healthy\nlog: boom"]);
    const [any, ...others] = answer.getDetailsList();
    expect(others).toEqual([]);
    const detail = any?.unpack(ErrorResourceInitFailed.deserializeBinary, "pulumirpc.ErrorResourceInitFailed");
    expect(detail?.getId()).toBe("id-1");
    expect(detail?.getReasonsList()).toEqual(["not healthy", "log: boom"]);
    expect(decode(detail?.getProperties())).toEqual(outputs);
    expect(decode(detail?.getInputs())).toEqual({ name: "web" });
  });
});

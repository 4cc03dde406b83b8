/** Errors in the form that the engine understands. */
import { Metadata, status, type ServiceError } from "@grpc/grpc-js";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { InitFailed } from "./handlers";
import { encode } from "./properties";

/** Turns anything thrown into a gRPC error; an {@link InitFailed} carries the resource's state with it. */
export function toServiceError(error: unknown): ServiceError {
  const message = error instanceof Error ? error.message : String(error);
  const metadata = new Metadata();
  // Go's gRPC reads structured error details from this header; grpc-js has no interface of its own for them.
  if (error instanceof InitFailed) metadata.add("grpc-status-details-bin", initFailedDetails(error));
  return Object.assign(new Error(message), { code: status.UNKNOWN, details: message, metadata });
}

function initFailedDetails(error: InitFailed): Buffer {
  const detail = new ErrorResourceInitFailed();
  detail.setId(error.id);
  detail.setProperties(encode(error.outputs));
  detail.setInputs(encode(error.inputs));
  detail.setReasonsList([...error.reasons]);
  const any = new Any();
  any.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const answer = new Status();
  answer.setCode(status.UNKNOWN);
  answer.setMessage(error.message);
  answer.addDetails(any);
  return Buffer.from(answer.serializeBinary());
}

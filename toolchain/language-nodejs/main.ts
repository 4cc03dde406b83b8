/**
 * Language host for Node.js programs, for machines that cannot download Pulumi's own. The Pulumi CLI starts it as
 * `pulumi-language-nodejs [flags] ENGINE_ADDRESS`, reads one port from its stdout and calls the gRPC service
 * LanguageRuntime there.
 */
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import fs from "node:fs";
import { stopChildren } from "./children";
import { languageHost } from "./host";

/** Same limit as the CLI's own; grpc-js stops at 4 MiB, less than a large stack's configuration may need. */
const MAX_MESSAGE_BYTES = 400 * 1024 * 1024;

function main(): void {
  // Only --logtostderr, -v and --tracing come as flags, each in one argument except --tracing, whose value precedes
  // the address: the last argument is always the address.
  const engineAddress = process.argv.slice(2).at(-1);
  if (engineAddress === undefined) {
    fail("the address of Pulumi's engine is missing. This program is started by the Pulumi CLI, not by hand.");
  }
  const server = new Server({
    "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
    "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
  });
  server.addService(LanguageRuntimeService, languageHost(engineAddress));
  server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
    if (error !== null) fail(`cannot listen on 127.0.0.1: ${error.message}`);
    // Written to the descriptor: process.stdout would make the pipe, which the program inherits, non-blocking.
    fs.writeSync(1, `${port}\n`);
  });
  process.on("SIGINT", exit);
  process.on("SIGTERM", exit);
  exitWithTheCli();
}

/**
 * Ends this process when the CLI is gone, however it died: the CLI holds the other end of stdin for as long as it
 * lives. A stdin that is no pipe (started by hand, for a debugger) says nothing and is left alone.
 */
function exitWithTheCli(): void {
  const stdin = fs.fstatSync(0);
  if (!stdin.isFIFO() && !stdin.isSocket()) return;
  process.stdin.on("close", exit);
  process.stdin.on("error", exit);
  process.stdin.resume();
}

/** A program that ignores the interrupt would outlive this process, so its end is waited for. */
function exit(): void {
  void stopChildren().then(() => process.exit(0));
}

function fail(reason: string): never {
  fs.writeSync(2, `pulumi-language-nodejs: ${reason}\n`);
  process.exit(1);
}

main();

/** The gRPC service LanguageRuntime: requests to calls, results to messages. */
import { status, type handleServerStreamingCall, type handleUnaryCall } from "@grpc/grpc-js";
import type { UntypedServiceImplementation } from "@grpc/grpc-js";
import { version as sdkVersion } from "@pulumi/pulumi/package.json";
import * as language from "@pulumi/pulumi/proto/language_pb";
import { PackageDependency, PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import path from "node:path";
import { stopChildren } from "./children";
import { runtimeOptions } from "./options";
import { installDependencies, packageManagerName, packageManagerVersion } from "./package-manager";
import { directDependencies, packageDirectories, readManifest, requiredPlugins, searchUp } from "./packages";
import { runProgram } from "./program";

/**
 * The RPCs that a Node.js project meets in `up`, `preview`, `refresh`, `destroy`, `stack`, `install` and `about`.
 * Every other one (code generation, templates) is answered UNIMPLEMENTED by the gRPC server.
 */
export function languageHost(engineAddress: string): UntypedServiceImplementation {
  return {
    getPluginInfo: unary(() => new PluginInfo().setVersion(sdkVersion)),
    about: unary(about),
    getRequiredPackages: unary(getRequiredPackages),
    getProgramDependencies: unary(getProgramDependencies),
    installDependencies: install,
    run: unary(async (request: language.RunRequest) => {
      const { error, bail } = await runProgram(request, engineAddress);
      return new language.RunResponse().setError(error).setBail(bail);
    }),
    // Answered at once: the CLI does not wait for the program, whose end shows in Run's answer.
    cancel: unary(() => {
      void stopChildren();
      return new Empty();
    }),
  };
}

function unary<Request, Response>(
  handle: (request: Request) => Response | Promise<Response>,
): handleUnaryCall<Request, Response> {
  return ({ request }, callback) => {
    Promise.resolve()
      .then(() => handle(request))
      .then(
        (response) => callback(null, response),
        (error: Error) => callback({ code: status.UNKNOWN, details: error.message }),
      );
  };
}

/** Answered without starting a process: the official host starts three here, at every preview and update. */
function about(request: language.AboutRequest): language.AboutResponse {
  const directory = programDirectory(request);
  const manager = packageManagerName(directory, runtimeOptions(request.getInfo()).packageManager);
  const typescript = searchUp(directory, path.join("node_modules", "typescript"));
  const response = new language.AboutResponse().setExecutable(process.execPath).setVersion(process.version);
  const metadata = {
    packagemanager: manager,
    packagemanagerVersion: packageManagerVersion(manager),
    typescriptVersion: typescript && readManifest(typescript)?.version,
  };
  for (const [key, value] of Object.entries(metadata)) if (value) response.getMetadataMap().set(key, value);
  return response;
}

function getRequiredPackages(request: language.GetRequiredPackagesRequest): language.GetRequiredPackagesResponse {
  const packages = requiredPlugins(programDirectory(request)).map(({ name, version, server }) =>
    new PackageDependency().setKind("resource").setName(name).setVersion(version).setServer(server),
  );
  return new language.GetRequiredPackagesResponse().setPackagesList(packages);
}

function getProgramDependencies(
  request: language.GetProgramDependenciesRequest,
): language.GetProgramDependenciesResponse {
  const directory = programDirectory(request);
  const found = request.getTransitivedependencies() ? packageDirectories(directory) : directDependencies(directory);
  const dependencies = found
    .map((each) => readManifest(each) ?? {})
    .filter(({ name = "" }) => name !== "")
    .map(({ name = "", version = "" }) => new language.DependencyInfo().setName(name).setVersion(version));
  return new language.GetProgramDependenciesResponse().setDependenciesList(dependencies);
}

const install: handleServerStreamingCall<language.InstallDependenciesRequest, language.InstallDependenciesResponse> = (
  call,
) => {
  const stdout = (chunk: Buffer): void => void call.write(new language.InstallDependenciesResponse().setStdout(chunk));
  const stderr = (chunk: Buffer): void => void call.write(new language.InstallDependenciesResponse().setStderr(chunk));
  const directory = call.request.getDirectory() || programDirectory(call.request);
  stdout(Buffer.from("Installing dependencies...\n\n"));
  Promise.resolve()
    .then(() => installDependencies(directory, runtimeOptions(call.request.getInfo()), { stdout, stderr }))
    .then(
      () => {
        stdout(Buffer.from("Finished installing dependencies\n\n"));
        call.end();
      },
      (error: Error) => call.emit("error", { code: status.UNKNOWN, details: error.message }),
    );
};

function programDirectory(request: { getInfo(): language.ProgramInfo | undefined }): string {
  return request.getInfo()?.getProgramDirectory() || process.cwd();
}

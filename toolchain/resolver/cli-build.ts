/** The Pulumi CLI built from the Go module proxy, for machines that reach package registries only. */
import fs from "node:fs";
import path from "node:path";
import { findOnPath, isExecutable, versionOf, type Cli } from "./cli-path";
import { hash, makeWhole } from "./files";
import { run, tail } from "./run";
import { INSTALL_PULUMI, PULUMI_VERSION, type Settings } from "./settings";

const PACKAGE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";
/** Without the stamp `pulumi version` is empty, and checks of a required version are skipped. */
const LDFLAGS = `-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${PULUMI_VERSION}`;

/** The folder of the CLI that these module files give. */
function folder({ toolchainDir, cacheDir }: Settings): string {
  const files = ["go.mod", "go.sum"].map((name) => fs.readFileSync(path.join(toolchainDir, "pulumi-cli", name)));
  return path.join(
    cacheDir,
    `pulumi-${PULUMI_VERSION}-built-${hash(LDFLAGS, process.platform, process.arch, ...files).slice(0, 12)}`,
  );
}

/** The CLI of an earlier build. */
export function cachedBuild(settings: Settings): Cli | undefined {
  const pulumi = path.join(folder(settings), "pulumi");
  if (!isExecutable(pulumi)) return undefined;
  return {
    pulumi,
    version: PULUMI_VERSION,
    source: "build",
    reason: "built from the Go module proxy (no pulumi on PATH, no download site)",
  };
}

/** Builds the CLI, with a line every ten seconds; about four minutes on two cores from nothing. */
export async function buildCli(settings: Settings): Promise<Cli> {
  const go = findOnPath("go", settings);
  if (!go) throw new Error(withoutGo(settings));
  settings.say(`pulumi: building ${PULUMI_VERSION} from the Go module proxy (once; about 4 minutes on 2 cores)`);
  await makeWhole(folder(settings), async (directory) => {
    const pulumi = path.join(directory, "pulumi");
    const result = await run(go, ["build", "-trimpath", "-ldflags", LDFLAGS, "-o", pulumi, PACKAGE], {
      cwd: path.join(settings.toolchainDir, "pulumi-cli"),
      env: goEnvironment(settings),
      onTick: (seconds) => settings.say(`pulumi: building, ${seconds} s`),
    });
    if (result.code !== 0) throw new Error(buildFailed(go, result.stderr, settings));
    const version = await versionOf(pulumi, settings);
    if (version !== PULUMI_VERSION)
      throw new Error(`the CLI that ${go} built says version "${version}", expected ${PULUMI_VERSION}`);
  });
  const built = cachedBuild(settings);
  if (!built) throw new Error(`${folder(settings)} holds no executable pulumi after the build`);
  return built;
}

/** The user's Go settings that would change what is built, or for which machine, are left out. */
function goEnvironment({ env }: Settings): Record<string, string | undefined> {
  return { ...env, CGO_ENABLED: "0", GOFLAGS: "-mod=readonly", GOWORK: "off", GOOS: undefined, GOARCH: undefined };
}

/** The Go release that go.mod asks for. */
function requiredGo({ toolchainDir }: Settings): string {
  const module = fs.readFileSync(path.join(toolchainDir, "pulumi-cli", "go.mod"), "utf8");
  return /^go (\S+)/m.exec(module)?.[1] ?? "1.25";
}

function withoutGo(settings: Settings): string {
  return (
    `there is no usable pulumi on PATH, ${settings.releases} gave none, and without Go none can be built. Install one of:\n` +
    `  Pulumi's CLI: ${INSTALL_PULUMI}\n` +
    `  Go ${requiredGo(settings)} or newer: https://go.dev/dl/`
  );
}

function buildFailed(go: string, stderr: string, settings: Settings): string {
  return (
    `${go} could not build the Pulumi CLI:\n${tail(stderr)}\n` +
    `It needs Go ${requiredGo(settings)} or newer and the Go module proxy. Or install Pulumi's CLI: ${INSTALL_PULUMI}`
  );
}

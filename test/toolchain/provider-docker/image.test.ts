/** References and progress of pulls. */
import { Readable } from "node:stream";
import { repoDigest } from "../../../toolchain/provider-docker/image/lookup";
import { followMessages } from "../../../toolchain/provider-docker/image/messages";
import { LayerProgress, pullReference } from "../../../toolchain/provider-docker/image/pull";

const HUB = "registry-1.docker.io";

it.each([
  ["nginx", "nginx", "latest", HUB],
  ["nginx:1.30", "nginx", "1.30", HUB],
  ["library/nginx@sha256:ab", "library/nginx", "sha256:ab", HUB],
  ["mcp/time:1@sha256:ab", "mcp/time", "sha256:ab", HUB],
  ["ghcr.io/a/b:1", "ghcr.io/a/b", "1", "ghcr.io"],
  ["127.0.0.1:5000/a", "127.0.0.1:5000/a", "latest", "127.0.0.1:5000"],
  ["localhost/a:1", "localhost/a", "1", "localhost"],
])("%s is pulled as %s, %s, from %s", (name, fromImage, tag, registry) => {
  expect(pullReference(name)).toEqual({ fromImage, tag, registry });
});

it.each([
  ["nginx:1", [], ""],
  ["nginx:1", ["other@sha256:1"], "other@sha256:1"],
  ["nginx:1", ["nginx-extra@sha256:1", "nginx@sha256:2"], "nginx@sha256:2"],
  ["127.0.0.1:5000/a:1", ["b@sha256:1", "127.0.0.1:5000/a@sha256:2"], "127.0.0.1:5000/a@sha256:2"],
  ["a:1@sha256:3", ["b@sha256:1", "a@sha256:3"], "a@sha256:3"],
])("of %s with digests %j it is %j", (name, digests, digest) => {
  expect(repoDigest(name, digests)).toBe(digest);
});

it("sums up the layers of a pull", () => {
  const layers = new LayerProgress();
  const shown = (...messages: Parameters<LayerProgress["add"]>[0][]): string => {
    messages.forEach((message) => layers.add(message));
    return `${layers}`;
  };
  expect(shown({ status: "Pulling from library/nginx", id: "1.30" })).toBe("0 of 0 layers");
  expect(shown({ status: "Pulling fs layer", id: "a" }, { status: "Pulling fs layer", id: "b" })).toBe("0 of 2 layers");
  expect(shown({ status: "Already exists", id: "c" })).toBe("1 of 3 layers");
  const downloading = { status: "Downloading", id: "a", progressDetail: { current: 1_000_000, total: 4_000_000 } };
  expect(shown(downloading)).toBe("1 of 3 layers, 25 % of 4 MB");
  expect(shown({ status: "Download complete", id: "a" })).toBe("2 of 3 layers, 100 % of 4 MB");
  expect(shown({ status: "Extracting", id: "a", progressDetail: { current: 1, total: 2 } })).toBe(
    "2 of 3 layers, 100 % of 4 MB",
  );
});

it.each([
  ["in the words of every version", { error: "no space", errorDetail: { message: "no space" } }],
  ["in the newer words alone", { errorDetail: { code: 1, message: "no space" } }],
  ["in the older words alone", { error: "no space" }],
])("what the engine gives up %s fails", async (_what, message) => {
  const stream = Readable.from([`${JSON.stringify({ status: "Pulling" })}\n${JSON.stringify(message)}\n`]);
  await expect(followMessages(stream, () => undefined)).rejects.toThrow(/^no space$/);
});

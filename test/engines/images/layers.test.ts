import { Layers, type PullMessage } from "../../../engines/images/layers";

const shown = (...messages: PullMessage[]): string => {
  const layers = new Layers();
  for (const message of messages) layers.add(message);
  return String(layers);
};
const downloading = (id: string, current: number): PullMessage => ({
  id,
  status: "Downloading",
  progressDetail: { current },
});

describe("Layers", () => {
  it.each<[string, string, PullMessage[]]>([
    ["nothing is known yet", "0 of 0 layers, 0 MB", []],
    ["a message is about the whole image", "0 of 0 layers, 0 MB", [{ id: "latest", status: "Pulling from mcp/time" }]],
    ["a message is about nothing", "0 of 0 layers, 0 MB", [{ status: "Digest: sha256:0" }]],
    ["a layer waits", "0 of 1 layers, 0 MB", [{ id: "a", status: "Pulling fs layer" }]],
    ["a layer is there", "1 of 1 layers, 0 MB", [{ id: "a", status: "Already exists" }]],
    ["the same layer comes further", "0 of 1 layers, 5 MB", [downloading("a", 2_000_000), downloading("a", 5_200_000)]],
    ["two layers come", "0 of 2 layers, 7 MB", [downloading("a", 2_000_000), downloading("b", 5_000_000)]],
    [
      "a loaded layer is unpacked: that is not loading",
      "1 of 1 layers, 2 MB",
      [
        downloading("a", 2_000_000),
        { id: "a", status: "Extracting", progressDetail: { current: 9_000_000 } },
        { id: "a", status: "Pull complete", progressDetail: {} },
      ],
    ],
  ])("when %s: %s", (_when, expected, messages) => {
    expect(shown(...messages)).toBe(expected);
  });
});

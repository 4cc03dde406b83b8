import { findDigests, unpinned } from "../../commands/record-digests";
import { connect } from "../../engines/images/engine";
import { readLock } from "../../engines/images/lock";
import { configOf } from "../support/config";

const DIGEST = `sha256:${"a".repeat(64)}`;

describe("images without a digest", () => {
  it.each([
    ["are those that neither the lock nor the config pins", { imageSource: "pull" }, ["mcp-nixos"]],
    ["are none where the config pins them", { imageSource: "pull", imageDigests: `{"mcp-nixos":"${DIGEST}"}` }, []],
    ["are none where images are built", { imageSource: "build" }, []],
  ])("%s", (_what, set, names) => {
    expect(unpinned(configOf(set), readLock(), ["traefik", "mcp-nixos"])).toEqual(names);
  });

  it("are not pulled when the user says no", async () => {
    const asked: string[] = [];
    const ask = (question: string): Promise<boolean> => {
      asked.push(question);
      return Promise.resolve(false);
    };
    const nowhere = connect("unix:///nonexistent.sock");
    const found = findDigests(nowhere, configOf(), ["mcp-nixos"], { yes: false, ask });
    await expect(found).rejects.toThrow(
      `mcp-nixos has no digest; set one yourself: pulumi config set --path 'imageDigests["mcp-nixos"]' sha256:…`,
    );
    expect(asked).toEqual([
      expect.stringMatching(/^No digest of ghcr\.io\/utensils\/mcp-nixos:3\.0\.1 is known\. .*Go on\?$/),
    ]);
  });
});

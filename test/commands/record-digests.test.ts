import type Docker from "dockerode";
import type { Consent } from "../../commands/consent";
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

describe("consent to pull by tag", () => {
  const REFERENCE = readLock()["mcp-nixos"]?.pull?.reference ?? "";
  const REPOSITORY = REFERENCE.replace(/:[^:]*$/, "");

  /** An engine that can pull, and that notes what. */
  const engine = (pulled: string[]): Docker =>
    ({
      pull: (reference: string) => Promise.resolve(void pulled.push(reference)),
      modem: { followProgress: (_stream: unknown, done: (error: null) => void) => done(null) },
      getImage: () => ({ inspect: () => Promise.resolve({ RepoDigests: [`${REPOSITORY}@${DIGEST}`] }) }),
    }) as unknown as Docker;

  it.each<[string, Consent]>([
    ["by an answer", { yes: false, ask: () => Promise.resolve(true) }],
    ["by --yes, without a question", { yes: true, ask: () => Promise.reject(new Error("asked")) }],
  ])("given %s leads to the digest of now", async (_how, consent) => {
    const pulled: string[] = [];
    expect(await findDigests(engine(pulled), configOf(), ["mcp-nixos"], consent)).toEqual({ "mcp-nixos": DIGEST });
    expect(pulled).toEqual([REFERENCE]);
  });

  it("that nobody can give pulls nothing, and says how to give it", async () => {
    const pulled: string[] = [];
    const found = findDigests(engine(pulled), configOf(), ["mcp-nixos"], { yes: false, ask: undefined });
    await expect(found).rejects.toThrow(
      `No digest of ${REFERENCE} is known. It would be pulled by its tag once, and the digest it has now be pinned. ` +
        `Nobody can be asked here: run npm run up -- --yes, or set it yourself: pulumi config set --path 'imageDigests["mcp-nixos"]' sha256:…`,
    );
    expect(pulled).toEqual([]);
  });
});

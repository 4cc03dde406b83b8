import { Probe } from "../../components/probe";
import { upon } from "../support/foundation";

describe("Probe", () => {
  it("is one command, which asks again whenever a service on the way was replaced", async () => {
    const url = "http://127.0.0.1:8811/mcp";
    const { resources } = await upon(
      ({ behind }) =>
        new Probe("mcp", { url, seconds: 120, through: [behind, behind], host: "unix:///run/engine.sock" }),
    );

    const run = "node --require ./loader.js engines/probe.ts http://127.0.0.1:8811/mcp 120";
    expect(resources).toEqual([
      {
        type: "mcp-stack:components:Probe",
        name: "mcp",
        parent: undefined,
        provider: undefined,
        after: [],
        inputs: { url },
      },
      {
        type: "command:local:Command",
        name: "mcp-tools",
        parent: "mcp",
        provider: undefined,
        after: ["behind"],
        inputs: {
          create: run,
          update: run,
          environment: { ENGINE_HOST: "unix:///run/engine.sock", ASKED_THROUGH: "behind-id behind-id" },
        },
      },
    ]);
  });

  it("is told where the token lies, and never the token", async () => {
    const url = "http://127.0.0.1:8811/mcp";
    const tokenFile = "/data/secrets/mcp-token/value";
    const { resources } = await upon(
      ({ behind }) => new Probe("mcp", { url, seconds: 1, through: [behind], host: "unix:///s", tokenFile }),
    );
    expect(resources.find(({ name }) => name === "mcp-tools")?.inputs).toMatchObject({
      environment: { TOKEN_FILE: tokenFile },
    });
  });
});

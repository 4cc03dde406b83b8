import { StartPage } from "../../components/start-page";
import type { PageData } from "../../services/start-page/model";
import { DATA_DIR, stdinOf, upon } from "../support/foundation";

const PAGE = { stack: "dev", services: [] } as unknown as PageData;

it("is one command, which writes below the data directory once that is the stack's", async () => {
  const { resources } = await upon(({ foundation: { dataReady } }) => {
    new StartPage("start-page", { dataDir: DATA_DIR, dataReady, page: PAGE, drawnBy: "0123" });
  });
  const run = "node --require ./loader.js commands/start-page.ts";
  expect(resources).toMatchObject([
    { name: "start-page", type: "mcp-stack:components:StartPage" },
    { name: "start-page-files", parent: "start-page", after: ["data-owner"], inputs: { create: run, update: run } },
  ]);
  expect(stdinOf(resources, "start-page-files")).toMatchObject({ base: DATA_DIR, drawnBy: "0123", page: PAGE });
});

import { everyServer } from "../../commands/every-server";
import { configOf } from "../support/config";

it("every server that can run here is chosen, and the others are told with the reason", () => {
  const { servers, left } = everyServer(configOf({ imageSource: "build", secretsFile: "/nowhere/.env" }));
  expect(servers).toEqual(
    expect.arrayContaining(["time", "fetch", "memory", "sequentialthinking", "filesystem", "git"]),
  );
  expect(left.map(({ server }) => server)).toContain("github-official");
  expect(left.filter(({ server, why }) => servers.includes(server) || why === "")).toEqual([]);
  expect(left.find(({ server }) => server === "github-official")?.why).toContain("github.personal_access_token");
});

import http from "node:http";
import { text } from "node:stream/consumers";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { connect } from "../../../engines/images/engine";
import { limitProcesses } from "../../../engines/process-limits/limit";

const LIMITS = [{ id: "c1", service: "web", processes: 512 }];

let directory: string;
let fakeEngine: http.Server;
let asked: string[];
let answer: { status: number; body: string };
beforeEach(async () => {
  directory = mkdtempSync(path.join(tmpdir(), "limits-"));
  [asked, answer] = [[], { status: 200, body: "{}" }];
  /** It notes what it is asked, and gives one answer. */
  fakeEngine = http.createServer((request, response) => {
    void text(request).then((body) => {
      asked.push(`${request.method} ${request.url} ${body}`);
      response.writeHead(answer.status, { "content-type": "application/json" }).end(answer.body);
    });
  });
  await new Promise<void>((resolve) => fakeEngine.listen(path.join(directory, "s"), resolve));
});
afterEach(async () => {
  await new Promise((resolve) => fakeEngine.close(resolve));
  rmSync(directory, { recursive: true });
});
const docker = () => connect(path.join(directory, "s"));

it("asks Docker by its API", async () => {
  await limitProcesses(docker(), LIMITS);
  expect(asked).toEqual(['POST /containers/c1/update {"PidsLimit":512}']);
});

it("asks Podman by its own API, which keeps the restart policy", async () => {
  answer = { status: 201, body: '"c1"' };
  await limitProcesses(docker(), LIMITS, "podman");
  expect(asked).toEqual(['POST /v4.3.0/libpod/containers/c1/update {"pids":{"limit":512}}']);
});

it.each(["docker", "podman"] as const)("names service, limit and answer when %s refuses", async (engine) => {
  answer = { status: 500, body: '{"message":"no such controller"}' };
  await expect(limitProcesses(docker(), LIMITS, engine)).rejects.toThrow(
    /^web: the engine does not limit it to 512 processes: .*no such controller.*npm run up tries again$/,
  );
});

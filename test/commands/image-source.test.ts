import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { chooseSource, findImageSource } from "../../commands/image-source";
import { baseFault } from "../../engines/images/bootstrap";
import { freePort } from "../support/free-port";

const VERSION = { "docker-distribution-api-version": "registry/2.0" };

/** What is found out when the registry's address behaves like this. */
async function askedOf(answer: http.RequestListener, timeoutMs?: number): Promise<string> {
  const server = http.createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    return await findImageSource(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v2/`, timeoutMs);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const answering =
  (status: number, headers: http.OutgoingHttpHeaders): http.RequestListener =>
  (_request, response) =>
    response.writeHead(status, headers).end();

it.each([
  ["lets everybody in", 200],
  ["wants a login", 401],
  ["is overloaded", 503],
])("images are pulled where a registry %s", async (_what, status) => {
  expect(await askedOf(answering(status, VERSION))).toBe("pull");
});

it.each([
  ["a proxy refuses the host", 403, {}],
  ["a portal asks for a login of its own", 302, { location: "http://127.0.0.1:1/" }],
  ["a page answers in its place", 200, { "content-type": "text/html" }],
])("images are built where %s", async (_what, status, headers) => {
  expect(await askedOf(answering(status, headers))).toBe("build");
});

it("images are built where a portal leads elsewhere, whatever is there", async () => {
  const portal: http.RequestListener = (request, response) =>
    request.url === "/v2/"
      ? response.writeHead(302, { location: "/login" }).end()
      : response.writeHead(200, VERSION).end();
  expect(await askedOf(portal)).toBe("build");
});

it("the registry is asked by the path of its API", async () => {
  const asked: string[] = [];
  await askedOf((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.end();
  });
  expect(asked).toEqual(["GET /v2/"]);
});

it("images are built where nobody listens", async () => {
  expect(await findImageSource(`http://127.0.0.1:${await freePort()}/v2/`)).toBe("build");
});

it("images are built where the registry stays silent", async () => {
  expect(await askedOf(() => undefined, 50)).toBe("build");
});

describe("what is recorded", () => {
  const DEBIAN = { platform: "linux", root: true, distributions: ["debian"] } as const;
  const [missing, there] = [() => false, () => true];

  it.each([
    ["Debian with root", DEBIAN, missing],
    ["Ubuntu with root", { ...DEBIAN, distributions: ["ubuntu", "debian"] }, missing],
    ["another Linux that has debootstrap", { ...DEBIAN, distributions: ["arch"] }, there],
  ])("is build where no registry answers, on %s", (_what, machine, installed) => {
    expect(chooseSource("build", baseFault(machine, installed))).toEqual({
      source: "build",
      why: "images: built here, since Docker Hub does not answer this machine; to change that: pulumi config set imageSource pull",
    });
  });

  it.each([
    [
      "macOS",
      { platform: "darwin", root: true, distributions: [] } as const,
      "debootstrap needs Linux, this is darwin",
    ],
    ["Debian without root", { ...DEBIAN, root: false }, "debootstrap needs root, this is uid "],
    [
      "Fedora",
      { ...DEBIAN, distributions: ["fedora"] },
      "debootstrap is missing, and this is neither Debian nor Ubuntu",
    ],
  ])("is pull where nothing can be built, whatever answers: %s", (_what, machine, why) => {
    const choice = chooseSource("build", baseFault(machine, missing));
    expect(choice.source).toBe("pull");
    expect(choice.why).toContain(`they cannot be built here (${why}`);
    expect(choice.why).toContain("imageRegistry");
  });

  it("is pull where a registry answers, with the key that changes it", () => {
    expect(chooseSource("pull", undefined)).toEqual({
      source: "pull",
      why: "images: pulled by digest, since Docker Hub answers; to change that: pulumi config set imageSource build",
    });
  });
});

import type Docker from "dockerode";
import { lineWriter, sourcesOf } from "../../commands/mcp-logs";

const container = (Id: string, service: string, labels: object = {}): Docker.ContainerInfo =>
  ({ Id, Labels: { "mcp-stack.service": service, ...labels } }) as unknown as Docker.ContainerInfo;

const ALL = [
  container("1", "traefik"),
  container("2", "mcp-gateway"),
  container("3", "mcp-server", { "docker-mcp-name": "time" }),
];

describe("whose log is shown", () => {
  it("without names is everybody's", () => {
    expect(sourcesOf(ALL, []).map(({ name }) => name)).toEqual(["traefik", "mcp-gateway", "mcp-gateway/time"]);
  });

  it("of the gateway includes the servers that it started", () => {
    expect(sourcesOf(ALL, ["mcp-gateway"]).map(({ id }) => id)).toEqual(["2", "3"]);
  });

  it.each([
    ["trafik", '"trafik" is no service of this stack; did you mean traefik? There are: mcp-gateway, traefik'],
    ["gateway", '"gateway" is no service of this stack; did you mean mcp-gateway? There are: mcp-gateway, traefik'],
    ["postgres", '"postgres" is no service of this stack. There are: mcp-gateway, traefik'],
  ])("cannot be that of %s", (name, message) => {
    expect(() => sourcesOf(ALL, [name])).toThrow(message);
  });
});

describe("a line", () => {
  const LINE = { time: "t1", text: "hello" };
  const [traefik, gateway, server] = sourcesOf(ALL, []);
  const plain = (text: string): string => text.replace(/\u001b\[\d+m/g, "");

  it("begins with its service, in one width", () => {
    const write = lineWriter(sourcesOf(ALL, []), false);
    expect([traefik, server].map((source) => plain(write(source!, LINE)))).toEqual([
      "traefik          | hello",
      "mcp-gateway/time | hello",
    ]);
  });

  it("of one service alone is as the service wrote it", () => {
    expect(lineWriter([gateway!], false)(gateway!, LINE)).toBe("hello");
  });

  it("can be JSON", () => {
    const text = lineWriter(sourcesOf(ALL, []), true)(server!, LINE);
    expect(JSON.parse(text)).toEqual({
      time: "t1",
      service: "mcp-gateway",
      container: "mcp-gateway/time",
      text: "hello",
    });
  });
});

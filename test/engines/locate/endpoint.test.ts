import { hostOf, parseEndpoint, placeOf } from "../../../engines/locate/endpoint";

describe("parseEndpoint", () => {
  it.each([
    ["/var/run/docker.sock", "unix:///var/run/docker.sock", "/var/run/docker.sock"],
    ["unix:///run/podman/podman.sock", "unix:///run/podman/podman.sock", "/run/podman/podman.sock"],
    ["~/.docker/run/docker.sock", "unix:///home/me/.docker/run/docker.sock", "/home/me/.docker/run/docker.sock"],
    ["tcp://127.0.0.1:2399", "tcp://127.0.0.1:2399", "tcp://127.0.0.1:2399"],
    ["tcp://engine.lan", "tcp://engine.lan:2375", "tcp://engine.lan:2375"],
    ["tcp://[::1]:2399", "tcp://[::1]:2399", "tcp://[::1]:2399"],
  ])("reads %s", (text, host, place) => {
    const endpoint = parseEndpoint(text, "/home/me");
    expect({ host: hostOf(endpoint), place: placeOf(endpoint) }).toEqual({ host, place });
  });

  const expected = "set the absolute path of a socket, unix://PATH, or tcp://HOST:PORT without TLS";
  it.each([
    ["docker.sock", `is no absolute path; ${expected}`],
    ["unix://docker.sock", `is no absolute path; ${expected}`],
    ["tcp://", `is no address; ${expected}`],
    ["tcp://host:port", `is no address; ${expected}`],
    ["fd://", `has the unknown scheme fd://; ${expected}`],
    ["ssh://me@host", "is not supported: containers mount files of this machine, so the engine has to run on it"],
    [
      "npipe:////./pipe/docker_engine",
      "is a Windows pipe, which is not supported: work in WSL 2, where Docker Desktop offers /var/run/docker.sock",
    ],
    ["https://127.0.0.1:2376", "needs TLS, which is not supported: name the engine's socket"],
  ])("refuses %s", (text, message) => {
    expect(() => parseEndpoint(text, "/home/me")).toThrow(new Error(message));
  });
});

import { inWordsOfState } from "../../../toolchain/provider-docker/container/podman";

const TOLD = { image: "localhost/web:1", tmpfs: { "/tmp": "size=16m,rw,tmpcopyup", "/run": "rw" }, memory: 64 };

it("keeps the words of the state for what Podman says in others, and takes all else from Podman", () => {
  const state = { image: "web:1", tmpfs: { "/tmp": "size=16m" }, memory: 32 };
  expect(inWordsOfState(TOLD, state)).toEqual({ image: "web:1", tmpfs: { "/tmp": "size=16m" }, memory: 64 });
});

it("takes everything from Podman where there is no state, as on import", () => {
  expect(inWordsOfState(TOLD, {})).toEqual(TOLD);
});

import { writeFileSync } from "node:fs";
import path from "node:path";
import { BadServer, type Behaviour } from "../../support/bad-server";
import { ModelFetch } from "../../support/model-fetch";

let model: ModelFetch;
let store: BadServer;
beforeEach(async () => {
  model = await ModelFetch.start();
  store = await new BadServer(model.body).start();
});
afterEach(async () => {
  await store.close();
  await model.close();
});

const to = (location: string, status = 302): Behaviour => ({
  status,
  body: Buffer.from("moved"),
  headers: { location },
});

/** The plan with a token, which lies in a secrets file. */
function withToken(line = "HF_TOKEN=hf_secret") {
  const file = path.join(model.directory, ".env");
  writeFileSync(file, `# tokens\nOTHER=1\n${line}\n`);
  return model.plan({ token: { file, name: "HF_TOKEN" } });
}
const authorizations = (server: BadServer): (string | undefined)[] =>
  server.asked.map(({ headers }) => headers.authorization);

describe("a redirect", () => {
  it.each([301, 302, 303, 307, 308])("is followed (%i), with the rest that is asked for", async (status) => {
    model.server.behave = () => to(store.url("/blob?signature=secret"), status);
    store.behave = (_, number) => (number === 0 ? { cutAt: 100_000 } : {});
    await model.fetch();
    expect(model.found()).toBe(model.right);
    expect(store.ranges()).toEqual(["", "bytes=100000-"]);
    // Every attempt starts at the first address: what it leads to may be valid for a short time only.
    expect(model.server.ranges()).toEqual(["", "bytes=100000-"]);
    expect(model.said).not.toContain("signature");
  });

  it("may be relative, and there may be several", async () => {
    model.server.behave = ({ path: asked }) => (asked.length < 20 ? to(`${asked}/x`) : {});
    await model.fetch();
    expect(model.server.asked.map((asked) => asked.path)).toEqual(
      ["", "/x", "/x/x", "/x/x/x", "/x/x/x/x", "/x/x/x/x/x"].map((more) => `/model.gguf${more}`),
    );
  });

  it.each<[string, () => Behaviour, () => string]>([
    [
      "that never ends",
      () => to("/model.gguf"),
      () => `${model.server.url()}: redirects more than 10 times; correct the URL`,
    ],
    [
      "to nowhere",
      () => to("http://"),
      () => `${model.server.url()}: redirects to "http://", which is no address; correct the URL`,
    ],
    [
      "without an address",
      () => ({ status: 302 }),
      () => `${model.server.url()}: redirects to "", which is no address; correct the URL`,
    ],
    [
      "to a place that refuses",
      () => to(store.url()),
      () =>
        `${model.server.url()}: refused by ${store.host}, to which it redirects (403); choose another model ` +
        "(llamaCppModel) or correct llamaCppModelUrl",
    ],
  ])("%s is a fault", async (_, behaviour, message) => {
    model.server.behave = behaviour;
    store.behave = () => ({ status: 403 });
    expect(await model.fault()).toBe(message());
    expect(model.found()).toBeUndefined();
    model.server.behave = () => ({});
    expect((await model.fetch()).status).toBe("fetched");
  });
});

describe("a token", () => {
  it.each(["HF_TOKEN=hf_secret", 'HF_TOKEN="hf_secret"', "HF_TOKEN='hf_secret'", "HF_TOKEN= hf_secret "])(
    "is sent to the URL's own host (%s)",
    async (line) => {
      await model.fetch(withToken(line));
      expect(authorizations(model.server)).toEqual(["Bearer hf_secret"]);
    },
  );

  it.each(["", "HF_TOKEN=", "HF_TOKEN2=hf_secret", "#HF_TOKEN=hf_secret"])(
    "that is not set is not sent (%p)",
    async (line) => {
      await model.fetch(withToken(line));
      expect(authorizations(model.server)).toEqual([undefined]);
    },
  );

  it("goes along to the same host, and to no other one", async () => {
    model.server.behave = ({ path: asked }) => (asked === "/model.gguf" ? to("/second") : to(store.url()));
    await model.fetch(withToken());
    expect(authorizations(model.server)).toEqual(["Bearer hf_secret", "Bearer hf_secret"]);
    expect(authorizations(store)).toEqual([undefined]);
  });

  it("is not sent when another host redirects back", async () => {
    model.server.behave = ({ path: asked }) => (asked === "/model.gguf" ? to(store.url()) : {});
    store.behave = () => to(model.server.url("/back"));
    await model.fetch(withToken());
    expect(authorizations(model.server)).toEqual(["Bearer hf_secret", undefined]);
  });

  it("is never sent unencrypted to another machine", async () => {
    const url = "http://models.invalid/model.gguf";
    expect(await model.fault({ ...withToken(), url })).toBe(
      `${url}: the token would be sent unencrypted; use an https address, or remove the token`,
    );
  });

  it("is missed by a host that redirects and refuses", async () => {
    model.server.behave = () => to(store.url());
    store.behave = () => ({ status: 401 });
    expect(await model.fault(withToken())).toBe(
      `${model.server.url()}: refused by ${store.host}, to which it redirects (401), which is not sent the token; choose ` +
        "another model (llamaCppModel) or correct llamaCppModelUrl",
    );
  });
});

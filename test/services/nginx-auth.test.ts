import { ROUTER_HEALTH } from "../../services/health";
import { nginxConf } from "../../services/nginx-conf";
import { configOf } from "../support/config";
import { all, inside, mapped, one, parseNginx, type Directive } from "../support/nginx";

const top = (auth: string) => parseNginx(nginxConf(configOf({ auth })));
const http = (auth: string) => inside(top(auth), "http");
const clients = (auth: string): readonly Directive[] =>
  all(http(auth), "server").find(({ block }) => one(block, "listen") === "8080 default_server")?.block ?? [];
const signIn = (auth: string, key: string) =>
  mapped(inside(http(auth), "map", "$guarded $token_state", "$sign_in"), key);

it("without auth there is no script, no module and no question", () => {
  expect(nginxConf(configOf())).not.toMatch(/js_|load_module|sign_in|auth_basic|WWW-Authenticate/);
});

describe.each(["token", "basic"])("with auth %s", (auth) => {
  it("the module is loaded before anything else, and the script lies beside the configuration", () => {
    expect(top(auth)[0]).toMatchObject({ name: "load_module" });
    expect(one(http(auth), "js_import")).toBe("sign_in from /etc/mcp-router/sign-in.js");
    expect(one(clients(auth), "set")).toBe("$tokens_file /run/secrets/mcp-access/tokens");
  });

  it.each([
    ["/mcp", "1"],
    ["/mcp/nixos", "1"],
    ["/", "1"],
    ["/healthz/mcp-gateway", "1"],
    ["/healthzz", "1"],
    ["/.well-knownx", "1"],
    ["/x/.well-known/y", "1"],
    ["/healthz", "0"],
    ["/.well-known/oauth-protected-resource/mcp", "0"],
  ])("%s: guarded %s", (uri, guarded) => {
    expect(mapped(inside(http(auth), "map", "$uri", "$guarded"), uri)).toBe(guarded);
  });

  it.each([
    ["0 missing", "no"],
    ["0 unreadable", "no"],
    ["1 valid", "no"],
    ["1 missing", "required"],
    ["1 wrong", "refused"],
    ["1 malformed", "refused"],
    ["1 unreadable", "unreadable"],
    ["1 something new", "required"],
    ["1 ", "required"],
    ["", "required"],
  ])("%p: %s", (key, outcome) => {
    expect(signIn(auth, key)).toBe(outcome);
  });

  it("opens only where the map says no, and does so after host and origin were judged", () => {
    expect(all(clients(auth), "if").map(({ args }) => args.join(" "))).toEqual([
      "($host_refused)",
      "($origin_refused)",
      "($sign_in = required)",
      "($sign_in = refused)",
      "($sign_in != no)",
    ]);
  });
});

describe.each(["none", "token", "basic"])("the health of services, with auth %s,", (auth) => {
  const pages = (...location: string[]): string[] =>
    all(inside(clients(auth), "location", ...location), "error_page").map(({ args }) => args.join(" "));
  const limits = ["413 @too-large", "429 @too-many"];

  it.each(ROUTER_HEALTH.map(({ of }) => of))("of %s: a wrong password is no service that is not healthy", (of) => {
    expect(pages("=", `/healthz/${of}`)).toEqual(
      auth === "basic"
        ? // The first page for a code counts.
          [`500 = @${of}-unwell`, "401 @sign-in-refused", "403 500 @sign-in-unreadable", ...limits]
        : [`401 403 500 = @${of}-unwell`, ...limits],
    );
    // What the service itself refuses is not taken for that.
    expect(pages("=", `/asked/${of}`)).toEqual([
      "404 /own-error",
      ...(auth === "basic" ? ["401 403 =500 /own-error"] : []),
    ]);
  });

  it("and of the router is told after passwords were compared, as `return` does not wait for that", () => {
    const location = inside(clients(auth), "location", "=", "/healthz/mcp-router");
    expect(location.map(({ name }) => name)).toEqual(["access_log", "try_files"]);
  });
});

it("the start page waits for passwords too, and has no error pages that would hide a wrong one", () => {
  const page = inside(clients("basic"), "location", "=", "/");
  expect(all(page, "return")).toEqual([]);
  expect(all(page, "error_page")).toEqual([]);
  expect(all(clients("basic"), "error_page").map(({ args }) => args.join(" "))).toContain("401 @sign-in-refused");
});

it("only basic takes name and password, and compares them where nothing was passed on yet", () => {
  expect([signIn("token", "1 basic"), signIn("basic", "1 basic")]).toEqual(["refused", "no"]);
  const realm = inside(http("basic"), "map", "$guarded $token_state", "$password_realm");
  expect(["1 basic", "0 basic", "1 valid"].map((key) => mapped(realm, key))).toEqual([
    "mcp-gateway-stack",
    "off",
    "off",
  ]);
  expect(one(clients("basic"), "auth_basic")).toBe("$password_realm");
  expect(one(clients("basic"), "auth_basic_user_file")).toBe("/run/secrets/mcp-access/users");
  expect(all(clients("token"), "auth_basic")).toEqual([]);
});

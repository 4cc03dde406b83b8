/** Who gets in: tests on a stack with `auth basic` that attacks.test.ts has brought up. */
import fs from "node:fs";
import path from "node:path";
import { openSession } from "../../support/mcp-client";
import type { TestStack } from "../../support/stack";
import { basic, bearer, errorOf, visitor, withToken } from "../../support/visitor";

const read = (file: string): string => fs.readFileSync(file, "utf8");
const filesBelow = (directory: string): string[] =>
  fs
    .readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));

function askedAndRefused(stack: () => TestStack): void {
  const { own, ask, statusAt } = visitor(stack);

  describe("signing in", () => {
    it("is asked for at every path but the health of the router and the ingress themselves, in the words of RFC 6750 and 7617", async () => {
      for (const url of [
        "/mcp",
        "/mcp/",
        "/mcp/nixos",
        "/",
        "/healthz/mcp-gateway",
        "/healthz/mcp-router",
        "/nowhere",
      ]) {
        const { status, headers, body } = await ask(url);
        expect([url, status, headers["www-authenticate"], errorOf(body)]).toEqual([
          url,
          401,
          'Basic realm="mcp-gateway-stack", charset="UTF-8", Bearer realm="mcp-gateway-stack"',
          "sign_in_required",
        ]);
      }
      expect(await statusAt("/healthz")).toBe(200);
      // The ingress answers that, also while nobody could tell who may ask.
      expect(await statusAt("/healthz/traefik")).toBe(200);
      // MCP clients look for a way to sign in there; a challenge would send them in circles.
      expect(await statusAt("/.well-known/oauth-protected-resource/mcp")).toBe(404);
    });

    it("with a wrong token, or none that could be one, is refused by name", async () => {
      for (const header of [bearer("x".repeat(43)), bearer("a b"), { Authorization: "Token abc" }, bearer("")]) {
        const { status, headers, body } = await ask("/mcp", header);
        expect([header, status, errorOf(body)]).toEqual([header, 401, "sign_in_refused"]);
        expect(headers["www-authenticate"]).toContain('error="invalid_token"');
      }
      expect(await statusAt("/mcp", bearer(`${own()}x`))).toBe(401);
    });
  });
}

function passwords(stack: () => TestStack): void {
  const { own, ask, statusAt } = visitor(stack);

  describe("a password, and the stack's own commands", () => {
    it.each(["/", "/healthz/mcp-gateway", "/healthz/mcp-nixos-http", "/healthz/mcp-router"])(
      "with a name and password works at %s where the password is right",
      async (url) => {
        expect(await statusAt(url, basic("default", own()))).toBe(200);
        for (const wrong of [basic("default", "x"), basic("nobody", own()), basic("default", "")]) {
          const { status, headers, body } = await ask(url, wrong);
          expect([status, headers["www-authenticate"], errorOf(body)]).toEqual([
            401,
            'Basic realm="mcp-gateway-stack"',
            "sign_in_refused",
          ]);
        }
      },
    );

    it("is what the stack's own commands do", async () => {
      expect((await stack().succeed("tools")).stdout).toContain("get_current_time");
      expect((await stack().succeed("call", "get_current_time", '{"timezone": "UTC"}')).stdout).toContain("UTC");
      expect((await stack().succeed("mcp-status")).stdout).toContain("is healthy");
    });
  });
}

function tokens(stack: () => TestStack): void {
  const { own, statusAt, routerId, works } = visitor(stack);

  describe("tokens of clients", () => {
    it("are made, count at once, and are taken away one by one, while streams and containers stay", async () => {
      const router = await routerId();
      const stays = await openSession(stack().url("/mcp"), withToken(own()));
      const laptop = (await stack().succeed("mcp-token", "add", "laptop")).stdout.trim();
      const phone = (await stack().succeed("mcp-token", "add", "phone")).stdout.trim();
      expect(await works(laptop)).toContain("UTC");
      await stack().succeed("mcp-token", "remove", "laptop");
      await expect(works(laptop)).rejects.toThrow(/401|sign_in_refused/);
      expect(await works(phone)).toContain("UTC");
      expect(await stays.call("get_current_time", { timezone: "UTC" })).toContain("UTC");
      await stays.end();
      expect(await routerId()).toBe(router);
      expect((await stack().succeed("mcp-token", "list")).stdout).toMatch(/^default .*\nservices .*\nphone .*\n$/);
    });

    it("of the secrets file count after up, which replaces nothing, and nothing is left to do", async () => {
      const router = await routerId();
      const line = "t0ken".repeat(8);
      fs.writeFileSync(path.join(path.dirname(stack().dataDir), "env"), `MCP_TOKEN_desk=${line}\n`);
      expect(await statusAt("/healthz/mcp-gateway", bearer(line))).toBe(401);
      await stack().succeed("up");
      expect(await statusAt("/healthz/mcp-gateway", bearer(line))).toBe(200);
      expect(await routerId()).toBe(router);
      const { code, output } = await stack().pulumi("preview", "--expect-no-changes");
      expect([code, output]).toEqual([0, expect.any(String)]);
    });
  });
}

function digests(stack: () => TestStack): void {
  const { own, ask, statusAt } = visitor(stack);

  describe("digests of tokens", () => {
    it("reach neither the router nor Pulumi's state", async () => {
      const phone = (await stack().succeed("mcp-token", "add", "tablet")).stdout.trim();
      const seen = [...filesBelow(path.join(stack().dataDir, "secrets/mcp-access")), ...filesBelow(stack().stateDir)];
      expect(seen.length).toBeGreaterThan(2);
      const services = read(path.join(stack().dataDir, "secrets/mcp-services-token/value"));
      for (const token of [own(), services, phone])
        expect(seen.filter((file) => read(file).includes(token))).toEqual([]);
    });

    it("that nobody can read let nobody in", async () => {
      const file = path.join(stack().dataDir, "secrets/mcp-access/tokens");
      const whole = read(file);
      for (const damage of ["", whole.slice(0, 40), `${whole}x`]) {
        fs.rmSync(file);
        fs.writeFileSync(file, damage);
        const { status, body } = await ask("/mcp", bearer(own()));
        expect([damage, status, errorOf(body)]).toEqual([damage, 503, "sign_in_unavailable"]);
      }
      await stack().succeed("up");
      expect(await statusAt("/healthz/mcp-gateway", bearer(own()))).toBe(200);
    });
  });
}

/** Declares the tests. */
export function signInTests(stack: () => TestStack): void {
  for (const tests of [askedAndRefused, passwords, tokens, digests]) tests(stack);
}

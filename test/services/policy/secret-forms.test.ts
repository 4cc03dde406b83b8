import { isSecret, withoutSecrets } from "../../../services/policy/secret-forms";

it.each([
  ["DB_PASSWORD", "hunter2"],
  ["api_key", "abc"],
  ["AWS_SECRET_ACCESS_KEY", "abc"],
  ["ANYTHING", "sk-abcdefghijklmnopqrst"],
  ["DATABASE_URL", "postgresql://user:hunter2@db/x"],
])("%s=%s is a secret", (name, value) => expect(isSecret(name, value)).toBe(true));

it.each([
  ["DB_PASSWORD", ""],
  ["DB_PASSWORD_FILE", "/run/secrets/db"],
  ["MAX_TOKENS", "4096"],
  ["USE_TOKEN", "true"],
  ["S3_ACCESS_KEY", "dify"],
  ["PROXY", "http://proxy.lan:3128"],
])("%s=%s is none", (name, value) => expect(isSecret(name, value)).toBe(false));

it("is left out of JSON at any depth, and nothing else is", () => {
  expect(withoutSecrets('{"a":{"environment":{"API_TOKEN":"hunter2","MODE":"fast"}},"n":[1]}')).toBe(
    '{"a":{"environment":{"API_TOKEN":"(not shown)","MODE":"fast"}},"n":[1]}',
  );
});

it.each(["8811", "127.0.0.1", "time,fetch", '"text"', "{broken", ""])("a text like %j stays as it is", (text) => {
  expect(withoutSecrets(text)).toBe(text);
});

it("a text that looks like a secret is not shown", () => {
  expect(withoutSecrets("ghp_abcdefghijklmnopqrstuvwxyz0123")).toBe("(not shown)");
});

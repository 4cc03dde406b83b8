/** The AI bundle's models in Dify's reach, with the key that the stack puts out; a part of dify.test.ts. */
import type { DifyStack } from "../../support/dify-stack";
import { stateFiles } from "../../support/stack";

const ENDPOINT = "http://llm-proxy:4000/v1";

/** Declares the tests; `answer` is all that the model ever says. */
export function modelTests(dify: () => DifyStack, answer: () => string): void {
  const key = async (): Promise<string> =>
    (await dify().stack.pulumi("stack", "output", "llmProxyKey", "--show-secrets")).stdout.trim();

  it("come with their key as a secret output, which is encrypted in the state", async () => {
    expect(await key()).toBe(dify().secret("llm-master-key", "key"));
    const { stdout } = await dify().stack.pulumi("stack", "output");
    expect(stdout).toMatch(/llmProxyKey +\[secret\]/);
    // Control: the output is in the state that was searched.
    expect(stateFiles(dify().stack).join("\n")).toContain("llmProxyKey");
  });

  it("answer the plugin daemon, which asks for Dify's model plugins", async () => {
    const body = JSON.stringify({ model: "local-chat", messages: [{ role: "user", content: "Who are you?" }] });
    const headers = ["-H", "Content-Type: application/json", "-H", `Authorization: Bearer ${await key()}`];
    const asked = ["curl", "-s", ...headers, "-d", body, `${ENDPOINT}/chat/completions`];
    const { choices } = JSON.parse(await dify().inside("dify-plugin-daemon", ...asked)) as {
      choices: { message: { content: string } }[];
    };
    expect(choices[0]?.message.content.trim()).toBe(answer().trim());
  });
}

/** A checkout whose catalog has servers that misbehave; see bad-server-double/server.mjs. */
import fs from "node:fs";
import path from "node:path";
import { copyCheckout, type Checkout } from "./checkout";

/** How they misbehave; each is a server bad-NAME. */
export const BAD = ["crash", "hang", "flood", "leak", "die"] as const;
const IMAGE = "bad-server-double";

const catalogEntry = (how: string): string => `
  bad-${how}:
    title: A test double
    description: Misbehaves
    type: server
    image: ${IMAGE}
    command:
      - ${how}
    longLived: true
    disableNetwork: true
`;

const IMAGE_ENTRY = `
  ${IMAGE}:
    purpose: A test double, which misbehaves
    platforms: [linux/amd64]
    pull: null
    build: { version: "1", from: [node], entrypoint: [node, /server.mjs], differences: [] }
`;

/** Makes the checkout; the caller removes it in the end. */
export function checkoutWithBadServers(): Checkout {
  const checkout = copyCheckout();
  const from = path.join(__dirname, IMAGE);
  fs.cpSync(from, path.join(checkout.root, "docker/images", IMAGE), { recursive: true });
  checkout.edit(
    "docker/mcp-gateway/catalogs/agent-hub.yaml",
    (text) => text.trimEnd() + BAD.map(catalogEntry).join(""),
  );
  checkout.edit("docker/mcp-gateway/registry/all.yaml", (text) =>
    [text.trimEnd(), ...BAD.map((how) => `  bad-${how}: { ref: "" }`), ""].join("\n"),
  );
  checkout.edit("catalogs/images.yaml", (text) => `${text.trimEnd()}\n${IMAGE_ENTRY}`);
  return checkout;
}

/** A checkout whose catalog has servers that misbehave; see bad-server-double/server.mjs. */
import fs from "node:fs";
import path from "node:path";
import type Docker from "dockerode";
import { copyCheckout, type Checkout } from "./checkout";

/** How they misbehave; each is a server `double-NAME` with an image of that name. */
export const BAD = ["crash", "hang", "flood", "leak", "die", "stall", "fork"] as const;

const catalogEntry = (how: string): string => `
  double-${how}:
    title: A test double
    description: Misbehaves
    type: server
    image: double-${how}
    command:
      - ${how}
    longLived: true
    disableNetwork: true
`;

const imageEntry = (how: string): string => `
  double-${how}:
    purpose: A test double, which misbehaves
    platforms: [linux/amd64]
    pull: null
    build: { version: "1", from: [node], entrypoint: [node, /server.mjs], differences: [] }
`;

/** Makes the checkout; the caller removes it in the end. */
export function checkoutWithBadServers(): Checkout {
  const checkout = copyCheckout();
  const from = path.join(__dirname, "bad-server-double");
  for (const how of BAD)
    fs.cpSync(from, path.join(checkout.root, "docker/images", `double-${how}`), { recursive: true });
  checkout.edit(
    "docker/mcp-gateway/catalogs/agent-hub.yaml",
    (text) => text.trimEnd() + BAD.map(catalogEntry).join(""),
  );
  checkout.edit("docker/mcp-gateway/registry/all.yaml", (text) =>
    [text.trimEnd(), ...BAD.map((how) => `  double-${how}: { ref: "" }`), ""].join("\n"),
  );
  checkout.edit("catalogs/images.yaml", (text) => text.trimEnd() + BAD.map(imageEntry).join(""));
  return checkout;
}

/** Removes the images that were built of them; others may be built of the same layers. */
export async function removeDoubleImages(docker: Docker): Promise<void> {
  for (const how of BAD) {
    const images = await docker.listImages({ filters: { label: [`mcp-stack.image=double-${how}`] } });
    for (const { Id } of images) await docker.getImage(Id).remove({ force: true });
  }
}

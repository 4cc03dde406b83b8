/** Versions and digests in use: pure. */
import { Html, html } from "./html";
import type { PageData, PageImage } from "./model";

/** Repository, and what pins it: a digest, or the hash that is the tag of an image built here. */
function parts(reference: string): { readonly repository: string; readonly pin: string } {
  const at = reference.lastIndexOf(reference.includes("@") ? "@" : ":");
  return at < 0
    ? { repository: reference, pin: "" }
    : { repository: reference.slice(0, at), pin: reference.slice(at + 1) };
}

const row = ({ name, version, reference, usedBy }: PageImage): Html => {
  const { repository, pin } = parts(reference);
  return html`<tr>
    <th scope="row">${name}</th>
    <td>${version ?? "not known"}</td>
    <td class="reference"><code>${repository}</code><br /><code>${pin}</code></td>
    <td>${usedBy.join(", ")}</td>
  </tr>`;
};

const ORIGIN = {
  build: "Built on this machine; what stands below the name is the hash of all that the image was made of.",
  pull: "Pulled; what stands below the name is the digest that it is pinned by.",
} as const;

export const imageSection = ({ images, imageSource }: PageData): Html =>
  html`<section aria-labelledby="images">
    <h2 id="images">Versions and digests</h2>
    <p class="note">${ORIGIN[imageSource]}</p>
    <div class="scroll" tabindex="0" role="group" aria-label="Images in use">
      <table class="images">
        <thead>
          <tr>
            <th scope="col">Image</th>
            <th scope="col">Version</th>
            <th scope="col">Reference</th>
            <th scope="col">Used by</th>
          </tr>
        </thead>
        <tbody>
          ${images.map(row)}
        </tbody>
      </table>
    </div>
  </section>`;

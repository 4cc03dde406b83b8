/** The configuration of each client, to be copied: pure. */
import type { ClientConfig } from "./clients";
import { Html, html } from "./html";
import type { PageData } from "./model";

const client = ({ id, name, place, syntax, text }: ClientConfig): Html =>
  html`<details name="client" class="client" id="client-${id}">
    <summary>${name}<span class="place">${place}</span></summary>
    <div class="code">
      <button type="button" class="copy" data-copy="config-${id}">
        Copy<span class="hidden"> the configuration for ${name}</span>
      </button>
      <pre
        tabindex="0"
        role="group"
        aria-label="Configuration for ${name}"
      ><code id="config-${id}" data-syntax="${syntax}" data-address>${text}</code></pre>
    </div>
  </details>`;

export const clientSection = ({ clients }: PageData): Html =>
  html`<section aria-labelledby="connect">
    <h2 id="connect">Connect a client</h2>
    ${clients.map(client)}
    <p class="note">
      From a checkout of the stack, <code>npm run sync-ai -- --client NAME --write</code> puts it into the client's
      file.
    </p>
  </section>`;

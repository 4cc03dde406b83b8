/** The services with their lights: pure. */
import { Html, html } from "./html";
import type { PageData, PageService } from "./model";

const PARTS: readonly { readonly part: string; readonly title: string }[] = [
  { part: "core", title: "Core" },
  { part: "ai", title: "Local chat and speech (bundle ai)" },
  { part: "dify", title: "Dify (bundle dify)" },
];

/** The word stands beside the light, since not everybody sees colours; page.js changes both. */
const state = ({ name, health: { path, through } }: PageService): Html =>
  path === undefined
    ? html`<td class="state" data-state="none">
        <span class="light" aria-hidden="true"></span><span class="word">not watched</span>
      </td>`
    : html`<td class="state" data-state="asking" data-service="${name}" data-health="${path}" data-through="${through}">
        <span class="light" aria-hidden="true"></span><span class="word">not asked yet</span>
      </td>`;

const row = (service: PageService, servers: readonly string[]): Html =>
  html`<tr>
    ${state(service)}
    <th scope="row">${service.name}</th>
    <td>
      ${service.purpose}${service.name === "mcp-gateway" && servers.length > 0 ? html`: ${servers.join(", ")}` : html``}
    </td>
    <td class="source">
      ${service.health.path === undefined ? html`` : html`<a href="${service.health.path}"><code>${service.health.path}</code></a> `}${service.health.source}
    </td>
  </tr>`;

function body(part: string, title: string, { services, servers }: PageData): Html {
  const own = services.filter((service) => service.part === part);
  if (own.length === 0) return html``;
  return html`<tbody>
    <tr class="part">
      <th colspan="4" scope="rowgroup">${title}</th>
    </tr>
    ${own.map((service) => row(service, servers))}
  </tbody>`;
}

export const serviceSection = (data: PageData): Html =>
  html`<section aria-labelledby="services">
    <h2 id="services">Services</h2>
    <div class="scroll" tabindex="0" role="group" aria-label="Services and their health">
      <table class="services">
        <thead>
          <tr>
            <th scope="col">State</th>
            <th scope="col">Service</th>
            <th scope="col">What it is</th>
            <th scope="col">Where the state is from</th>
          </tr>
        </thead>
        ${PARTS.map(({ part, title }) => body(part, title, data))}
      </table>
    </div>
    <p class="note">
      <span id="asked">Asked every few seconds while this page is in sight.</span> What containers, limits and files are
      like: <code>npm run mcp-status</code>
    </p>
  </section>`;

/** The start page as HTML: pure. Lights, copying and the address of the browser are page.js's part; all else works without it. */
import { pagePath } from "../nginx-page";
import { clientSection } from "./client-section";
import { Html, html } from "./html";
import { imageSection } from "./image-section";
import type { PageData, PageLink } from "./model";
import { serviceSection } from "./service-section";

const head = ({ stack }: PageData): Html =>
  html`<head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <meta name="description" content="MCP Gateway Stack on this machine: services, addresses, client configurations" />
    <title>${stack} · MCP Gateway Stack</title>
    <link rel="icon" type="image/svg+xml" href="${pagePath("icon.svg")}" />
    <link rel="stylesheet" href="${pagePath("page.css")}" />
    <script src="${pagePath("page.js")}" defer></script>
  </head>`;

const header = ({ stack, signOut }: PageData): Html =>
  html`<header>
    <img src="${pagePath("icon.svg")}" alt="" width="40" height="40" />
    <div>
      <h1>MCP Gateway Stack</h1>
      <p>
        Stack <strong>${stack}</strong>${signOut === undefined ? html`` : html` · <a href="${signOut}">Sign out</a>`}
      </p>
    </div>
    <p class="summary" id="summary" data-state="asking">
      <span class="light" aria-hidden="true"></span
      ><span id="summary-text">Lights need JavaScript; <code>npm run mcp-status</code> tells the same</span>
    </p>
  </header>`;

const page = ({ name, url, description }: PageLink): Html =>
  html`<li>
    <a href="${url}"><strong>${name}</strong><span>${description}</span><span class="url">${url}</span></a>
  </li>`;

const endpoint = ({ name, url, description }: PageLink): Html =>
  html`<tr>
    <th scope="row">${name}</th>
    <td>${description}</td>
    <td><code id="endpoint-${name}" data-address>${url}</code></td>
    <td>
      <button type="button" class="copy" data-copy="endpoint-${name}">
        Copy<span class="hidden"> the address of ${name}</span>
      </button>
    </td>
  </tr>`;

const OFF: Readonly<Record<string, string>> = { ai: "local chat and speech", dify: "Dify" };

const offNote = ({ off }: PageData): Html =>
  off.length === 0
    ? html``
    : html`<p class="note">
        Off: ${off.map((bundle) => OFF[bundle] ?? bundle).join(", ")}. Turned on by
        <code>npm run up -- --bundles ${off.join()}</code>
      </p>`;

const openSection = (data: PageData): Html =>
  html`<section aria-labelledby="open">
    <h2 id="open">Open</h2>
    ${
      data.pages.length === 0
        ? html``
        : html`<ul class="cards">
            ${data.pages.map(page)}
          </ul>`
    }
    <div class="scroll" tabindex="0" role="group" aria-label="Addresses for programs">
      <table>
        <caption>
          Addresses for programs
        </caption>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">What it is</th>
            <th scope="col">Address</th>
            <th scope="col"><span class="hidden">Copy</span></th>
          </tr>
        </thead>
        <tbody>
          ${data.endpoints.map(endpoint)}
        </tbody>
      </table>
    </div>
    ${offNote(data)}
  </section>`;

const VERBS = { calls: "calls", starts: "starts", mounts: "has on disk" } as const;

/** The picture in words: what each node leads to. */
function inWords({ topology: { nodes, edges } }: PageData): Html {
  const name = (id: string): string => nodes.find((one) => one.id === id)?.name ?? id;
  const lines = nodes.flatMap(({ id }) => {
    const verbs = Object.keys(VERBS) as (keyof typeof VERBS)[];
    const said = verbs.flatMap((kind) => {
      const to = edges.filter((edge) => edge.from === id && edge.kind === kind).map((edge) => name(edge.to));
      return to.length === 0 ? [] : [`${VERBS[kind]} ${to.join(", ")}`];
    });
    return said.length === 0 ? [] : [html`<li><strong>${name(id)}</strong> ${said.join("; ")}</li>`];
  });
  return html`<ul>
    ${lines}
  </ul>`;
}

const pictureSection = (data: PageData): Html =>
  html`<section aria-labelledby="picture">
    <h2 id="picture">How it hangs together</h2>
    <div class="scroll picture" tabindex="0" role="group" aria-label="Picture of the stack">
      <img
        src="${pagePath("topology.svg")}"
        alt="Picture of the stack ${data.stack}: services, what they call and what they keep on disk. The same is below in words."
      />
    </div>
    <p class="note"><a href="${pagePath("topology.svg")}">Open the picture by itself</a></p>
    <details>
      <summary>The picture in words</summary>
      ${inWords(data)}
    </details>
  </section>`;

/** The whole document. */
export const startPage = (data: PageData): string => `<!doctype html>
${
  html`<html lang="en">
    ${head(data)}
    <body data-base="${data.base}">
      <a class="skip" href="#main">Skip to the content</a>
      ${header(data)}
      <main id="main">
        ${openSection(data)} ${serviceSection(data)} ${clientSection(data)} ${pictureSection(data)}
        ${imageSection(data)}
      </main>
      <footer>
        <p>Made by <code>npm run up</code> from the stack itself. This page asks this stack alone, and nobody else.</p>
      </footer>
      <p id="said" class="hidden" role="status" aria-live="polite"></p>
    </body>
  </html>`.text
}
`;

/** Where the start page lies, and how Nginx serves it. */
import type { ErrorAnswer } from "./access";
import { reply } from "./nginx-answers";

/** The page in mcp-router: what is below `directory` of dataDir is mounted at `target`, and served at `path`. */
export const PAGE = { directory: "start-page", target: "/usr/share/start-page", path: "/start-page" } as const;

/** Its files, each with its media type; the first is served as `/`. */
export const PAGE_FILES = {
  "index.html": "text/html",
  "page.css": "text/css",
  "page.js": "text/javascript",
  "icon.svg": "image/svg+xml",
  "topology.svg": "image/svg+xml",
} as const;

export type PageFile = keyof typeof PAGE_FILES;

/** The address of a file of the page. */
export const pagePath = (file: PageFile): string => (file === "index.html" ? "/" : `${PAGE.path}/${file}`);

const MISSING: ErrorAnswer = {
  status: 404,
  type: "no_start_page",
  message: "The start page is not there. Write it anew: npm run up",
};

/** Nothing from anywhere else, nothing inline, and in no frame. A picture has its style in itself. */
const policy = (file: PageFile): string =>
  file.endsWith(".svg")
    ? "default-src 'none'; style-src 'unsafe-inline'"
    : "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
      "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const location = (file: PageFile): string => `
location = ${pagePath(file)} {
    root ${PAGE.target};
    types {}
    default_type "${PAGE_FILES[file]}; charset=utf-8";
    add_header Content-Security-Policy "${policy(file)}" always;
    add_header X-Content-Type-Options nosniff always;
    add_header Referrer-Policy no-referrer always;
    add_header Cache-Control no-cache always;
    try_files /${file} @no-start-page;
}`;

/** Locations of the page. */
export const pageLocations = (): string => `
# The start page
${Object.keys(PAGE_FILES)
  .map((file) => location(file as PageFile).trim())
  .join("\n")}
location @no-start-page {
    ${reply(MISSING)}
}`;

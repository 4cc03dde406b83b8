/**
 * What the start page does by itself: it asks for the health of services while somebody looks, copies, and puts the address
 * that the browser used in place of this machine's own. No framework, no other origin.
 */
"use strict";

/** Milliseconds between the end of one round of questions and the next; ?poll=MS chooses another, 200 at least. */
const PAUSE_MS = Math.max(200, Number(new URLSearchParams(location.search).get("poll")) || 4000);
/** A question is given up after this many milliseconds; mcp-router itself waits for 6 seconds at most. */
const ANSWER_MS = 8000;

const WORDS = { up: "up", down: "down", unknown: "not known", asking: "asking" };

const cells = [...document.querySelectorAll("[data-health]")];
const byService = new Map(cells.map((cell) => [cell.dataset.service, cell]));
const said = document.getElementById("said");

const statusOf = async (path) =>
  (await fetch(path, { cache: "no-store", signal: AbortSignal.timeout(ANSWER_MS) })).status;

/**
 * Status of the answer; 0: there was none. Browsers give requests up when the machine's network changes, as it does with every
 * container that comes or goes: what failed at once is asked once more.
 */
const ask = (path) =>
  statusOf(path)
    .catch((error) => (error.name === "TimeoutError" ? 0 : statusOf(path)))
    .catch(() => 0);

/** 200: up, 503: down; else nobody knows, while what the question goes through is not up itself. */
function stateOf(service, statuses) {
  const status = statuses.get(service);
  if (status === 200) return "up";
  const { through } = byService.get(service).dataset;
  const asked = status === 503 || !byService.has(through) || stateOf(through, statuses) === "up";
  return asked ? "down" : "unknown";
}

/** Shows a state, and gives what to say about the change, if it is one. */
function show(cell, state) {
  const { service, state: before, through } = cell.dataset;
  cell.dataset.state = state;
  const word = cell.querySelector(".word");
  const text = state === "unknown" ? `${WORDS.unknown}: asked through ${through}` : WORDS[state];
  if (word.textContent !== text) word.textContent = text;
  return before === state || before === "asking" ? [] : [`${service}: ${text}`];
}

/** The state of all services in one line. */
function summarize(states) {
  const not = (state) => [...states].filter(([, one]) => one === state).map(([service]) => service);
  const [down, unknown] = [not("down"), not("unknown")];
  const element = document.getElementById("summary");
  element.dataset.state = down.length > 0 ? "down" : "up";
  const hidden = unknown.length > 0 ? `; not known: ${unknown.join(", ")}` : "";
  const text = down.length > 0 ? `Down: ${down.join(", ")}${hidden}` : `All ${states.size} watched services are up`;
  const shown = document.getElementById("summary-text");
  if (shown.textContent !== text) shown.textContent = text;
}

/** Asks about every service at once, and shows all answers together, so that no half of a round is seen. */
async function askAll() {
  const statuses = new Map(
    await Promise.all(cells.map(async (cell) => [cell.dataset.service, await ask(cell.dataset.health)])),
  );
  const states = new Map(cells.map(({ dataset: { service } }) => [service, stateOf(service, statuses)]));
  const changes = cells.flatMap((cell) => show(cell, states.get(cell.dataset.service)));
  if (changes.length > 0) said.textContent = changes.join("; ");
  summarize(states);
}

let running = false;

/** Goes on until nobody looks any more. */
async function watch() {
  if (running) return;
  running = true;
  while (!document.hidden) {
    await askAll();
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  running = false;
}

/** Copies, or selects where the browser does not let pages copy: over plain HTTP from other machines. */
async function copy(button) {
  const element = document.getElementById(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(element.textContent);
    button.classList.add("done");
    setTimeout(() => button.classList.remove("done"), 1500);
    said.textContent = `Copied${button.querySelector(".hidden").textContent}`;
  } catch {
    getSelection().selectAllChildren(element);
    said.textContent = "This browser does not let a page copy here; it is selected: copy it with Ctrl+C or Command+C";
    button.title = said.textContent;
  }
}

/** Programs get to the stack by the name that the browser got here by. */
function useOwnAddress() {
  const { base } = document.body.dataset;
  for (const element of document.querySelectorAll("[data-address]"))
    element.textContent = element.textContent.replaceAll(base, location.origin);
}

useOwnAddress();
document.querySelector("details.client").open = true;
document.addEventListener("click", ({ target }) => {
  const button = target.closest("button[data-copy]");
  if (button !== null) void copy(button);
});
document.addEventListener("visibilitychange", () => void watch());
document.getElementById("summary-text").textContent = "Asking the services";
void watch();

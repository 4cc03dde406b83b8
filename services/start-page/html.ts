/** HTML from templates in which everything is escaped, except what is HTML already: pure. */

/** Text that is HTML. */
export class Html {
  constructor(readonly text: string) {}
}

const SIGNS: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

type Value = string | number | Html | readonly Html[] | undefined;

function written(value: Value): string {
  if (value === undefined) return "";
  if (value instanceof Html) return value.text;
  if (typeof value === "object") return value.map(({ text }) => text).join("\n");
  return String(value).replace(/[&<>"']/g, (sign) => SIGNS[sign] ?? sign);
}

/** A template of HTML; values stand in text or in quoted attributes. Undefined is nothing. */
export const html = (parts: TemplateStringsArray, ...values: readonly Value[]): Html =>
  new Html(parts.map((part, index) => part + (index < values.length ? written(values[index]) : "")).join(""));

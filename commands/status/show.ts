/** A status as people read it: pure. */
import colors from "picocolors";
import { plainTable } from "../table";
import type { ServiceStatus, StackStatus } from "./report";

/** The two largest units: "3d 4h", "12m 5s". */
export function duration(seconds: number): string {
  const units: [string, number][] = [
    ["d", Math.floor(seconds / 86_400)],
    ["h", Math.floor(seconds / 3600) % 24],
    ["m", Math.floor(seconds / 60) % 60],
    ["s", seconds % 60],
  ];
  const first = units.findIndex(([, count]) => count > 0);
  const parts = first < 0 ? units.slice(-1) : units.slice(first, first + 2);
  return parts.map(([unit, count]) => `${count}${unit}`).join(" ");
}

const coloured = (word: string): string => {
  if (word === "healthy" || word === "running") return colors.green(word);
  return word === "starting" || word === "unknown" ? colors.yellow(word) : colors.red(word);
};

const row = (one: ServiceStatus): string[] => [
  one.drift.length > 0 ? `${one.service} ${colors.yellow("*")}` : one.service,
  coloured(one.state),
  coloured(one.health),
  one.restarts > 0 ? colors.yellow(String(one.restarts)) : "0",
  one.uptimeSeconds === undefined ? "-" : duration(one.uptimeSeconds),
  one.cpuPercent === undefined ? "-" : `${one.cpuPercent.toFixed(1)} %`,
  one.memoryMiB === undefined ? "-" : `${one.memoryMiB} / ${one.memoryLimitMiB} MiB`,
  one.endpoint === undefined ? "" : colors.cyan(one.endpoint),
];

const HEAD = ["Service", "State", "Health", "Restarts", "Uptime", "CPU", "Memory", "Endpoint"];

/** The table, and below it what differs from the stack and how to put it right. */
export function statusText({ stack, healthy, services, drift }: StackStatus): string {
  const lines = [
    ...drift.map((line) => `  ${line}`),
    ...services.flatMap((one) => one.drift.map((line) => `  ${one.service}: ${line}`)),
  ];
  const repair = `put it right: npm run up; after changes by hand: npm run pulumi -- up --refresh`;
  const verdict = healthy ? colors.green(`${stack} is healthy`) : colors.red(`${stack} is not healthy`);
  return [
    plainTable(HEAD, services.map(row)),
    "",
    ...(lines.length > 0 ? [`${colors.yellow("*")} differs from the stack:`, ...lines, `  ${repair}`, ""] : []),
    verdict,
  ].join("\n");
}

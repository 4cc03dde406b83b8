import { listens, listensIn } from "../../../toolchain/provider-docker/container/listening";

const HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode";
const row = (address: string, state: string): string =>
  `   0: ${address} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 17 1 0 100 0 0 10 0`;
const table = (...rows: string[]): string => [HEAD, ...rows, ""].join("\n");

it.each<[string, boolean, string]>([
  ["nothing", false, table()],
  ["a server on every address", true, table(row("00000000:1F90", "0A"))],
  ["the engine's name server", false, table(row("0B00007F:A2C5", "0A"))],
  ["a server beside it", true, table(row("0B00007F:A2C5", "0A"), row("0100007F:0FA0", "0A"))],
  ["a connection to somebody else", false, table(row("020012AC:BC14", "01"))],
  ["a server on every address of IPv6", true, table(row("00000000000000000000000000000000:1F90", "0A"))],
])("a table with %s: %s", (_what, expected, text) => {
  expect(listensIn(text)).toBe(expected);
});

it("cannot be told of a process that is gone", async () => {
  expect(await listens(0)).toBeUndefined();
});

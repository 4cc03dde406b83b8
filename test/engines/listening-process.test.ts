import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { listeningInodes, listeningProcess } from "../../engines/listening-process";
import { freePort } from "../support/free-port";

/** As Linux writes it; 8811 is 226B, 9000 is 2328. */
const TABLE = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:226B 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 31337 1 0000000000000000 100 0 0 10 0
   1: 0100007F:2328 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4242 1 0000000000000000 100 0 0 10 0
   2: 0100007F:226B 0100007F:C001 01 00000000:00000000 00:00000000 00000000     0        0 555 1 0000000000000000 20 4 30 10 -1
   3: 0100007F:C002 0100007F:226B 01 00000000:00000000 00:00000000 00000000     0        0 666 1 0000000000000000 20 4 30 10 -1
`;
const TABLE6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000000000000:226B 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 777 1 0000000000000000 100 0 0 10 0
`;

describe("the kernel's table", () => {
  it.each([
    ["the listening socket alone, not its connections", TABLE, 8811, ["31337"]],
    ["the socket of that port only", TABLE, 9000, ["4242"]],
    ["sockets of IPv6", TABLE6, 8811, ["777"]],
    ["nothing for a port that nobody has", TABLE, 80, []],
    ["nothing where somebody is only connected to the port", TABLE, 0xc002, []],
    ["nothing in an empty table", "", 8811, []],
  ])("gives %s", (_what, table, port, inodes) => {
    expect(listeningInodes(table, port)).toEqual(inodes);
  });
});

describe("the process that listens", () => {
  it.each(["127.0.0.1", "0.0.0.0", "::1"])("on %s is named with its number", async (host) => {
    const script = `require("net").createServer().listen(0, "${host}", function () { console.log(this.address().port) })`;
    const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
    try {
      const [line] = (await once(child.stdout, "data")) as [Buffer];
      const name = readFileSync(`/proc/${child.pid}/comm`, "utf8").trim();
      expect(listeningProcess(Number(line))).toBe(`the process ${name} (pid ${child.pid})`);
    } finally {
      child.kill();
      await once(child, "close");
    }
  });

  it("is unknown where nobody listens", async () => {
    expect(listeningProcess(await freePort())).toBeUndefined();
  });
});

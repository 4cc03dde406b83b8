import { hidesClients } from "../../../engines/locate/client-addresses";

const LINUX = { local: true, platform: "linux", kernel: "6.1.0" } as const;
const ENGINE = { desktop: false, securityOptions: ["name=seccomp,profile=default"], kernel: "6.1.0" };

it.each([
  ["an engine of this machine", ENGINE, LINUX],
  ["an engine that does not say its kernel", { ...ENGINE, kernel: undefined }, LINUX],
  ["a distant engine, which is on another kernel by nature", { ...ENGINE, kernel: "5.4" }, { ...LINUX, local: false }],
])("%s shows who asks", (_what, engine, from) => {
  expect(hidesClients(engine, from)).toBeUndefined();
});

it.each([
  ["Docker Desktop", { ...ENGINE, desktop: true }, LINUX, /^Docker Desktop/],
  ["one without root", { ...ENGINE, securityOptions: ["name=seccomp", "name=rootless"] }, LINUX, /without root/],
  [
    "a distant one without root",
    { ...ENGINE, securityOptions: ["name=rootless"] },
    { ...LINUX, local: false },
    /without root/,
  ],
  ["one on macOS", ENGINE, { ...LINUX, platform: "darwin" as const }, /virtual machine/],
  ["one on another kernel", { ...ENGINE, kernel: "5.15-vm" }, LINUX, /kernel 5\.15-vm, here 6\.1\.0/],
])("%s hides them", (_what, engine, from, why) => {
  expect(hidesClients(engine, from)).toMatch(why);
});

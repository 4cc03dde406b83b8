import { gpuFaults } from "../../engines/gpu";

const engine = (...runtimes: string[]) => ({
  info: () => Promise.resolve({ Runtimes: Object.fromEntries(runtimes.map((name) => [name, {}])) }),
});

describe("gpuFaults", () => {
  it("asks nothing of an engine that computes on the CPU", async () => {
    const info = () => Promise.reject(new Error("asked"));
    expect(await gpuFaults({ info }, "none")).toEqual([]);
  });

  it.each([
    [["runc", "nvidia"], []],
    [
      ["runc"],
      [expect.stringMatching(/^gpu: "nvidia" needs the runtime nvidia, and the engine has runc; install .* gpu none$/)],
    ],
  ])("finds NVIDIA's runtime among %j", async (runtimes, expected) => {
    expect(await gpuFaults(engine(...runtimes), "nvidia")).toEqual(expected);
  });

  it.each([
    ["rocm", ["/dev/kfd", "/dev/dri"], []],
    ["rocm", ["/dev/dri"], [expect.stringContaining('gpu: "rocm" needs /dev/kfd, which this machine does not have')]],
    ["vulkan", ["/dev/dri"], []],
    ["vulkan", [], [expect.stringContaining('gpu: "vulkan" needs /dev/dri, which')]],
  ] as const)("looks for the device nodes of %s where there are %j", async (gpu, nodes, expected) => {
    expect(await gpuFaults(engine(), gpu, (node) => nodes.some((one) => one === node))).toEqual(expected);
  });
});

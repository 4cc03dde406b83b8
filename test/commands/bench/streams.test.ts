import { raisedLimits } from "../../../commands/bench/streams";

it("limits are raised for many streams, and left alone where they are high enough", () => {
  expect(raisedLimits({ streamsPerClient: 512, requestsPerSecond: 5000 }, 1000)).toEqual({ streamsPerClient: "1064" });
  expect(raisedLimits({ streamsPerClient: 512, requestsPerSecond: 100 }, 100)).toEqual({ requestsPerSecond: "164" });
  expect(raisedLimits({ streamsPerClient: 512, requestsPerSecond: 1000 }, 100)).toEqual({});
});

import { encryptedKeys, withoutSalt } from "../../commands/salt";

const FILE = `# kept\nencryptionsalt: v1:abc\nconfig:\n  p:httpPort: "8811"\n`;

it("a file without its salt keeps all else", () => {
  expect(withoutSalt(FILE)).toBe(`# kept\nconfig:\n  p:httpPort: "8811"\n`);
});

it("keys of encrypted values are found, also inside of lists", () => {
  expect(encryptedKeys(FILE)).toEqual([]);
  expect(encryptedKeys("")).toEqual([]);
  const text = `config:\n  p:a:\n    secure: v1:x\n  p:b: plain\n  q:c:\n    - name: 1\n      token:\n        secure: v1:y\n`;
  expect(encryptedKeys(text)).toEqual(["p:a", "q:c"]);
});

import { describe, expect, it } from "vitest";
import { baseOf } from "./base-url";
import { checkToken, onTokens, setToken, tokenFor } from "./tokens";
import { windowOf } from "./window-attribute";

describe("baseOf", () => {
  it("keeps a base path, and ends in a slash", () => {
    expect(baseOf("https://box.test").href).toBe("https://box.test/");
    expect(baseOf("https://box.test/behind/a/proxy").href).toBe("https://box.test/behind/a/proxy/");
    expect(baseOf("https://box.test/x?query#hash").href).toBe("https://box.test/x/");
  });

  it("says what is wrong with an address", () => {
    expect(() => baseOf("http://")).toThrow("“http://” is no address");
    expect(() => baseOf("ftp://box.test/")).toThrow("ftp://box.test/ is no http address");
    expect(() => baseOf("https://me:secret@box.test/")).toThrow(/must not hold a password/);
  });
});

describe("tokens", () => {
  it("are of an address, however it is written", () => {
    setToken("https://box.test", "secret");
    expect(tokenFor(baseOf("https://box.test/"))).toBe("secret");
    expect(tokenFor(baseOf("https://box.test/other/"))).toBeNull();
    setToken("https://box.test", null);
    expect(tokenFor(baseOf("https://box.test/"))).toBeNull();
  });

  it("tell those who wait for one", () => {
    let told = 0;
    const end = onTokens(() => (told += 1));
    setToken("https://box.test", "secret");
    end();
    setToken("https://box.test", null);
    expect(told).toBe(1);
  });

  it("are refused where no header could carry them", () => {
    expect(checkToken("zp_abc")).toBe("zp_abc");
    expect(checkToken("")).toBeNull();
    expect(() => checkToken("one\nother")).toThrow(/no header can carry/);
    expect(() => checkToken("schlüsselß€")).toThrow(/no header can carry/);
  });
});

describe("windowOf", () => {
  it("is 20 points where nothing is said", () => {
    expect(windowOf(null, null)).toEqual({ points: 20 });
    expect(windowOf("", "")).toEqual({ points: 20 });
  });

  it("takes points, or a time, which goes before them", () => {
    expect(windowOf("60", null)).toEqual({ points: 60 });
    expect(windowOf("60", "90s")).toEqual({ seconds: 90 });
    expect(windowOf(null, "5m")).toEqual({ seconds: 300 });
    expect(windowOf(null, " 0.5 h ")).toEqual({ seconds: 1800 });
  });

  it("says what is wrong with one", () => {
    for (const points of ["1", "2.5", "-3", "many", "1e9"]) expect(() => windowOf(points, null)).toThrow(`points="${points}"`);
    for (const window of ["5", "5 parsec", "0s", "2h", "-5m", "NaNs"]) expect(() => windowOf(null, window)).toThrow(`window="${window}"`);
  });
});

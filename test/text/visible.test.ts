import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Screen } from "../../src/text/screen.ts";
import { comparable, visibleText } from "../../src/text/visible.ts";
import { cpuTime } from "../cpu-time.ts";

const csi = (end: string): string => `\u001b[${end}`;

describe("the visible text", () => {
  test.each([
    ["colours", `${csi("33m")}a${csi("0m")} ${csi("38;5;1m")}b${csi("m")}\n`, "a b\n"],
    ["a link", "see \u001b]8;;https://example.org\u001b\\this\u001b]8;;\u0007\n", "see this\n"],
    ["a window title", "\u001b]0;title\u0007a", "a"],
    ["Windows' line ends", "a\r\nb\r\n", "a\nb\n"],
    ["a spinner", "working\rdone\n", "done\n"],
    ["a bar that ends with a carriage return", "10 %\r20 %\r", "20 %"],
    ["a bar whose lines end as Windows' do", "10 %\r20 %\r\nb\n", "20 %\nb\n"],
    ["a bar that is erased", `10 %\r${csi("K")}\nb`, "\nb"],
    ["a spinner that erases its row", `${csi("2K")}${csi("1G")}- a${csi("2K")}${csi("1G")}+ a\n`, "+ a\n"],
    ["rows that are drawn again", `a 1\nb 1\n${csi("2A")}${csi("2K")}a 2\n${csi("2K")}b 2\n`, "a 2\nb 2\n"],
    ["one row that is drawn again", `a 1\nb 1\n${csi("2A")}\ra 2\r${csi("2B")}c\n`, "a 2\nb 1\nc\n"],
    ["rows that are removed", `a\nb\nc\n${csi("2A")}${csi("J")}d\n`, "a\nd\n"],
    ["a screen that is cleared", `a\n${csi("2J")}${csi("H")}b\n`, "a\nb\n"],
    ["a word further right", `a${csi("3C")}b${csi("10G")}c\n`, "a b c\n"],
    ["a part that is written again", `10 % of a\r${csi("5C")}on b\n`, "10 % on b\n"],
    ["words anywhere on the screen", `a${csi("7;1H")}b${csi("2;3f")}c`, "a\nb\nc"],
    ["a spinner that moves left", `|${csi("D")}/${csi("1D")}- done${csi("2D")}`, "- done"],
    ["figures that are written again", "a 10%\b\b\b20%\b", "a 20%"],
    ["letters struck twice", "N\bNA\bAM\bM", "NAM"],
    ["a byte order mark and marks of direction", "\ufeffa\u202eb\u2066c", "abc"],
    ["letters and emoji that are joined", "👩\u200d💻 می\u200cخواهم", "👩\u200d💻 می\u200cخواهم"],
  ])("of %s is what a terminal ends up showing", (_, text, shown) => {
    expect(visibleText(text)).toBe(shown);
  });

  test("is the same in whatever pieces the text comes", () => {
    const part = fc.constantFrom(
      ...[
        "a",
        "bc",
        "\r",
        "\n",
        "\r\n",
        "\b",
        csi("A"),
        csi("2K"),
        csi("J"),
        csi("31m"),
        csi("1G"),
        "\u001b]8;;x\u0007",
      ],
    );
    fc.assert(
      fc.property(fc.array(part), fc.array(fc.nat(4)), (parts, sizes) => {
        const text = parts.join("");
        let shown = "";
        const screen = new Screen((piece) => {
          shown += piece;
        });
        let at = 0;
        for (const size of sizes) {
          screen.push(text.slice(at, at + size));
          at += size;
        }
        screen.push(text.slice(at));
        screen.end();
        expect(shown.replaceAll("\u001b", "")).toBe(visibleText(text));
        expect(shown.length).toBeLessThanOrEqual(text.length);
      }),
      { numRuns: 500 },
    );
  });

  test("of many lines at once keeps those above the cursor, which may still change", () => {
    const lines = Array.from({ length: 1000 }, (_, at) => `${at}`);
    let shown = "";
    const screen = new Screen((piece) => {
      shown += piece;
    });
    for (const piece of ["a\rb", `${lines.join("\n")}\n`, `${csi("2A")}x\n`]) screen.push(piece);
    screen.end();
    expect(shown).toBe(["b0", ...lines.slice(1, 998), "x", "999", ""].join("\n"));
  });

  test("takes linear time", () => {
    for (const part of ["\r", "\b", csi("A"), csi("A\n"), "\u001b]", "x\r", csi(""), `\r\n${csi("K")}`]) {
      const time = cpuTime(() => visibleText("y".repeat(300_000) + part.repeat(300_000)));
      expect(time).toBeLessThan(5000);
    }
  });
});

test("comparable text has no characters that cannot be seen", () => {
  expect(comparable("\ufeffV\u00adE\u200bR\u200dD\u2060ICT\ufe0f")).toBe("VERDICT");
});

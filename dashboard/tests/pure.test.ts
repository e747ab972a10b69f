import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { scale } from "../src/charts.tsx";
import { pieces } from "../src/evidence.ts";
import { change, counted, daysBetween, hoursText, labelOf, mondayOf, percent, signed, words } from "../src/format.ts";
import { address, parse } from "../src/route.ts";

const judged = (textChunk: string, reasoning: string, score = -0.5) => [{ score, textChunk, reasoning }];
const marked = (text: string, ...each: ReturnType<typeof judged>) => pieces(text, each).map((piece) => (piece.tone ? `[${piece.tone}:${piece.text}]` : piece.text)).join("");

test("the words that a result names are marked, for the better or for the worse", () => {
  const [bad] = judged("it is broken and bad", "“broken” (-2.6); “bad” (−1.9); trained layer -0.16");
  assert.equal(marked("Well, it is broken and bad.", bad!), "Well, it is [bad:broken] and [bad:bad].");
  const [good] = judged("great", "“great” (+2.8)", 0.6);
  assert.equal(marked("great", good!), "[good:great]");
  const [named] = judged("no refund", "for “refund”");
  assert.equal(marked("no refund", named!), "no [named:refund]");
});

test("a word outside of the stretch that it was found in is not marked", () => {
  const [each] = judged("bad bike", "“bad” (-1.9)");
  assert.equal(marked("not bad. bad bike", each!), "not bad. [bad:bad] bike");
});

test("a word is found in any case, but as it is written first", () => {
  assert.equal(marked("so BAD, so bad", judged("so BAD, so bad", "“bad” (-1)")[0]!), "so BAD, so [bad:bad]");
  assert.equal(marked("so BAD", judged("so BAD", "“bad” (-1)")[0]!), "so [bad:BAD]");
});

test("marking never changes the text, whatever the result says", () => {
  const texts = ["", "İstanbul İ", "“quoted” 😀", "a\u202eb", "aaaa"];
  const results = ["“”", "“i” (-1)", "“😀” (+1); “😀” (-1)", "“aa” (-1); “aaa” (+1)", "“\u202e” (x)"];
  for (const text of texts) {
    for (const reasoning of results) {
      assert.equal(pieces(text, judged(text, reasoning)).map((piece) => piece.text).join(""), text);
      assert.equal(pieces(text, judged("elsewhere", reasoning)).map((piece) => piece.text).join(""), text);
    }
  }
});

test("a sentiment always has its sign, and a share its unit", () => {
  assert.deepEqual([signed(0.5), signed(-0.5), signed(0.001), signed(null)], ["+0.50", "−0.50", "0.00", "–"]);
  assert.deepEqual([percent(0.5), percent(0.004), percent(0), percent(null)], ["50 %", "0.4 %", "0 %", "–"]);
});

test("labels have the cut-offs of the service", () => {
  const scores = [0.6, 0.59, 0.2, 0.19, -0.19, -0.2, -0.59, -0.6];
  assert.deepEqual(scores.map(labelOf), ["Very Positive", "Positive", "Positive", "Neutral", "Neutral", "Negative", "Negative", "Very Negative"]);
});

test("a change is told as a share of the value before, and not at all from nothing", () => {
  assert.deepEqual(change(15, 10), { text: "50 %", direction: "up" });
  assert.deepEqual(change(5, 10), { text: "50 %", direction: "down" });
  assert.equal(change(10, 10)?.direction, "same");
  assert.equal(change(3, 0), null);
});

test("days are counted in UTC over the end of a month and of summer time", () => {
  assert.deepEqual(daysBetween("2026-02-27", "2026-03-02"), ["2026-02-27", "2026-02-28", "2026-03-01", "2026-03-02"]);
  assert.equal(daysBetween("2026-10-20", "2026-10-30").length, 11);
});

test("an ISO week begins with its Monday, over the end of a year", () => {
  assert.deepEqual(["2026-W01", "2026-W09", "2027-W01", "2020-W53"].map(mondayOf), ["2025-12-29", "2026-02-23", "2027-01-04", "2020-12-28"]);
});

test("hours of a week are said in words", () => {
  assert.equal(hoursText("0,33,167"), "Mon 00:00, Tue 09:00, Sun 23:00 UTC");
});

test("an axis ends at or above the largest value, in round steps", () => {
  assert.deepEqual(scale(0), { top: 1, step: 1 });
  assert.deepEqual(scale(7), { top: 8, step: 2 });
  assert.deepEqual(scale(430), { top: 600, step: 200 });
});

test("an address keeps any id, and an odd one is no error", () => {
  for (const id of ["a", "a/b", "a b?c#d", "ünï", "ann@example.com", "%"]) {
    const path = address("users", id, { chatbot: "c" });
    const [before, search = ""] = path.split("?");
    assert.equal(parse(before!, search).id, id);
  }
  assert.deepEqual(parse("/dashboard", "").page, "overview");
  assert.equal(parse("/dashboard/users/%E0%A4%A", "").id, "%E0%A4%A");
});

test("words are written as people write them", () => {
  assert.deepEqual([words("churn_risk"), counted(1, "message"), counted(1200, "message")], ["Churn risk", "1 message", "1,200 messages"]);
});

// ------------------------------------------------------------------ colours

const css = readFileSync("src/style.css", "utf8");

/** The colours of the light (0) or the dark theme (1). */
function tokens(theme: 0 | 1): Record<string, string> {
  const pairs = [...css.matchAll(/--([a-z0-9-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);/g)];
  assert.ok(pairs.length > 20);
  return Object.fromEntries(pairs.map((pair) => [pair[1], pair[2 + theme]]));
}

function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const value = parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light! + 0.05) / (dark! + 0.05);
}

test("text and marks have the contrast of WCAG 2.2 AA in both themes", () => {
  for (const theme of [tokens(0), tokens(1)]) {
    const ratio = (front: string, back: string) => contrast(theme[front]!, theme[back]!);
    for (const front of ["ink", "muted", "accent", "good", "bad", "warn", "calm"]) {
      for (const back of ["panel", "bg"]) assert.ok(ratio(front, back) >= 4.5, `${front} on ${back}: ${ratio(front, back)}`);
    }
    for (const tone of ["good", "bad", "warn", "calm", "accent"]) assert.ok(ratio(tone, `${tone}-soft`) >= 4.5, `${tone} on its soft`);
    assert.ok(ratio("muted", "calm-soft") >= 4.5 && ratio("ink", "calm-soft") >= 4.5 && ratio("accent-ink", "accent") >= 4.5);
    assert.ok(ratio("field", "panel") >= 3, `borders of fields: ${ratio("field", "panel")}`);
  }
});

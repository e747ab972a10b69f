// Which words of a message its sentiment rests on: the analyzer names them, in quotes, and says how much each weighs.

export interface Judged {
  score: number;
  textChunk: string;
  reasoning: string;
}

export interface Piece {
  text: string;
  /** What the words say: for the better, for the worse, or named without a weight; none for words that were not named. */
  tone: "good" | "bad" | "named" | null;
}

interface Range {
  from: number;
  to: number;
  tone: "good" | "bad" | "named";
}

const QUOTED = /“([^”]+)”(?:\s*\(([+−-])?[^)]*\))?/gu;

/** The text of a message in pieces, the words that a result rests on apart from the others. */
export function pieces(text: string, judged: readonly Judged[]): Piece[] {
  const ranges: Range[] = [];
  let after = 0;
  for (const each of judged) {
    const found = text.indexOf(each.textChunk, after);
    const start = found >= 0 ? found : text.indexOf(each.textChunk);
    if (start < 0 || each.textChunk === "") continue;
    after = start + each.textChunk.length;
    for (const [, word = "", sign] of each.reasoning.matchAll(QUOTED)) {
      const tone = sign === "+" ? "good" : sign ? "bad" : "named";
      ranges.push(...places(each.textChunk, word).map((at) => ({ from: start + at, to: start + at + word.length, tone }) as Range));
    }
  }
  return cut(text, ranges);
}

/** Where a word stands: as it is written, else in any case. */
function places(text: string, word: string): number[] {
  const exact = occurrences(text, word);
  const [lower, wanted] = [text.toLowerCase(), word.toLowerCase()];
  // Some letters change their length with their case; then their places would be wrong.
  return exact.length || lower.length !== text.length || wanted.length !== word.length ? exact : occurrences(lower, wanted);
}

function occurrences(text: string, word: string): number[] {
  const found: number[] = [];
  for (let at = text.indexOf(word); at >= 0 && word; at = text.indexOf(word, at + word.length)) found.push(at);
  return found;
}

function cut(text: string, ranges: Range[]): Piece[] {
  const made: Piece[] = [];
  let at = 0;
  for (const range of ranges.sort((a, b) => a.from - b.from || b.to - a.to)) {
    if (range.from < at) continue;
    if (range.from > at) made.push({ text: text.slice(at, range.from), tone: null });
    made.push({ text: text.slice(range.from, range.to), tone: range.tone });
    at = range.to;
  }
  if (at < text.length) made.push({ text: text.slice(at), tone: null });
  return made;
}

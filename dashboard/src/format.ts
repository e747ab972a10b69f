// Numbers, times and words as people read them.
import type { Label, Outcome } from "./types.ts";

export const LABELS: Label[] = ["Very Positive", "Positive", "Neutral", "Negative", "Very Negative"];
export const OUTCOMES: Outcome[] = ["resolved", "unresolved", "escalated", "abandoned", "open"];
export const FLAGS = ["churn_risk", "frustrated_user", "buying_signal", "competitor_mention", "urgent_request", "confused_user"];

export const REPLIES = ["fully_resolved", "partially_resolved", "deflected", "capability_failure", "incorrect", "pending", "other"];
export const BEHAVIOURS = ["helpful", "hallucinating", "dodging", "yes_man", "over_apologizing", "redirecting", "verbose", "robotic", "asking", "acknowledged", "other"];

const whole = new Intl.NumberFormat("en");
const DAY = 86_400_000;

export function count(value: number): string {
  return whole.format(value);
}

/** A count with its noun: `1 conversation`, `2 conversations`. */
export function counted(value: number, noun: string, plural = `${noun}s`): string {
  return `${count(value)} ${value === 1 ? noun : plural}`;
}

export function percent(share: number | null | undefined): string {
  if (share === null || share === undefined) return "–";
  const value = share * 100;
  return `${value > 0 && value < 1 ? value.toFixed(1) : Math.round(value)} %`;
}

/** A sentiment, always with its sign: the colour is never alone. */
export function signed(score: number | null | undefined, places = 2): string {
  if (score === null || score === undefined) return "–";
  const text = Math.abs(score).toFixed(places);
  return Number(text) === 0 ? text : `${score > 0 ? "+" : "−"}${text}`;
}

/** The label of a score, by the cut-offs of the service. */
export function labelOf(score: number): Label {
  if (score >= 0.6) return "Very Positive";
  if (score >= 0.2) return "Positive";
  if (score > -0.2) return "Neutral";
  return score > -0.6 ? "Negative" : "Very Negative";
}

/** A word of a vocabulary as people write it: `churn_risk` is `Churn risk`. */
export function words(word: string): string {
  const text = word.replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function share(part: number, of: number): number | null {
  return of ? part / of : null;
}

/** A UTC day as `12 Nov`. */
export function shortDay(date: string): string {
  return new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" }).format(new Date(`${date}T00:00:00Z`));
}

/** A UTC day as `Wed, 12 Nov 2026`. */
export function longDay(date: string): string {
  const options: Intl.DateTimeFormatOptions = { weekday: "short", day: "numeric", month: "short", year: "numeric", timeZone: "UTC" };
  return new Intl.DateTimeFormat("en-GB", options).format(new Date(`${date}T00:00:00Z`));
}

/** A time in the viewer's zone. */
export function localTime(iso: string, { seconds = false } = {}): string {
  const options: Intl.DateTimeFormatOptions = { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hour12: false };
  if (seconds) options.second = "2-digit";
  const time = new Date(iso);
  if (time.getFullYear() !== new Date().getFullYear()) options.year = "numeric";
  return new Intl.DateTimeFormat("en-GB", options).format(time);
}

export function utcTime(iso: string): string {
  return `${new Date(iso).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** Every UTC day from one to another, both included. */
export function daysBetween(from: string, to: string): string[] {
  const days: string[] = [];
  for (let at = Date.parse(`${from}T00:00:00Z`); at <= Date.parse(`${to}T00:00:00Z`); at += DAY) {
    days.push(new Date(at).toISOString().slice(0, 10));
  }
  return days;
}

/** How a figure changed, in words and as a direction; null where there is nothing to compare with. */
export function change(now: number, before: number): { text: string; direction: "up" | "down" | "same" } | null {
  if (before === 0) return null;
  const ratio = (now - before) / before;
  if (Math.abs(ratio) < 0.005) return { text: "no change", direction: "same" };
  return { text: `${Math.round(Math.abs(ratio) * 100)} %`, direction: ratio > 0 ? "up" : "down" };
}

/** The Monday with which an ISO week like `2026-W09` begins. */
export function mondayOf(week: string): string {
  const [year, number] = week.split("-W").map(Number) as [number, number];
  // The fourth of January is always in the first week.
  const fourth = Date.UTC(year, 0, 4);
  const monday = fourth - ((new Date(fourth).getUTCDay() + 6) % 7) * DAY;
  return new Date(monday + (number - 1) * 7 * DAY).toISOString().slice(0, 10);
}

/** Hours of a UTC week, as the search takes them, in words: `Mon 09:00 UTC`. */
export function hoursText(hours: string): string {
  const names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
  const each = hours.split(",").map((hour) => `${names[Math.floor(Number(hour) / 24)]} ${String(Number(hour) % 24).padStart(2, "0")}:00`);
  return `${each.join(", ")} UTC`;
}

// Lists of conversations: what their addresses hold, what the API is asked for them, and which conversation is next to which.
import { call, withQuery } from "./api.ts";
import type { FoundPage, ListedPage } from "./types.ts";

export const PAGE = 50;
export const FILTERS = [
  "from", "to", "text", "topic", "flag", "label", "outcome", "user", "organization", "channel", "dialect",
  "behaviour", "reply", "messageLabel", "feedback", "hours", "score", "scoreValue",
] as const;
export const LATEST = "latest";
export const WORDS = "words";
const OF_WORDS = ["from", "to"] as const;
const ROUNDS = 10;

/** The parameters of a list in an address: its filters, or that it has none and all conversations. */
export function listOf(query: URLSearchParams): string {
  const kept = new URLSearchParams();
  for (const name of ["view", "words", ...FILTERS]) {
    const value = query.get(name);
    if (value) kept.set(name, value);
  }
  return kept.toString();
}

/** Whether a list has the conversations that have some words in their messages. */
export function isOfWords(query: URLSearchParams): boolean {
  return query.get("view") === WORDS;
}

/** Whether a list has all conversations, those that wait for their analysis too. */
export function isLatest(query: URLSearchParams): boolean {
  return query.get("view") === LATEST;
}

export function filtersOf(query: URLSearchParams): Record<string, string | undefined> {
  return Object.fromEntries(FILTERS.map((name) => [name, query.get(name) ?? undefined]));
}

/** What the API is asked for a list. */
export function pathOf(chatbotId: string, query: URLSearchParams): string {
  if (isLatest(query)) return withQuery("/api/v1/conversations", { chatbotId, limit: PAGE });
  if (isOfWords(query)) {
    const period = Object.fromEntries(OF_WORDS.map((name) => [name, query.get(name)]));
    return withQuery("/v1/insights/search", { chatbotId, text: query.get("words"), ...period, limit: PAGE });
  }
  return withQuery("/v1/insights/conversations", { chatbotId, ...filtersOf(query), limit: PAGE });
}

interface Trail {
  path: string;
  ids: string[];
  cursor: string | undefined;
}

let trail: Trail | null = null;

/** Note what a list shows, so that a conversation that is opened from it knows the ones next to it. */
export function remember(path: string, ids: string[], cursor: string | undefined): void {
  trail = { path, ids, cursor };
}

export interface Neighbours {
  before?: string;
  after?: string;
}

/** The conversations next to one in a list; the list is read as far as that needs, within bounds. */
export async function neighbours(path: string, id: string): Promise<Neighbours> {
  let known: Trail | null = trail?.path === path ? trail : null;
  for (let round = 0; round < ROUNDS; round++) {
    const at = known?.ids.indexOf(id) ?? -1;
    const found = at >= 0 && at + 1 < (known?.ids.length ?? 0);
    if (known && (found || known.cursor === undefined)) break;
    const page: FoundPage | ListedPage = await call(known ? `${path}&cursor=${encodeURIComponent(known.cursor ?? "")}` : path);
    known = { path, ids: [...(known?.ids ?? []), ...page.conversations.map((each) => each.id)], cursor: page.nextCursor };
    trail = known;
  }
  const at = known?.ids.indexOf(id) ?? -1;
  const [before, after] = at < 0 ? [] : [known?.ids[at - 1], known?.ids[at + 1]];
  return { ...(before ? { before } : {}), ...(after ? { after } : {}) };
}

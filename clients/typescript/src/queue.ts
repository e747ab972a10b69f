/** Messages on their way: as requests within the limits, and what their answers mean. */

import type { CaptureBody } from "./types.js";

export const MAX_MESSAGES = 100;
export const MAX_CHARACTERS = 1_000_000;

/** What is known of a conversation besides its messages. */
export type Known = Pick<CaptureBody, "user" | "organization" | "session" | "custom">;

/** A message on its way, as JSON: what the caller changes later changes nothing of it. */
export interface Item {
  conversationId: string;
  message: string;
  known: Known;
}

/** The items as requests: each of one conversation, in order. */
export function batches(items: Iterable<Item>, room = MAX_CHARACTERS): Item[][] {
  const made: Item[][] = [];
  const open = new Map<string, { batch: Item[]; left: number }>();
  for (const item of items) {
    let last = open.get(item.conversationId);
    if (!last || last.batch.length >= MAX_MESSAGES || last.left < item.message.length) {
      last = { batch: [], left: room };
      open.set(item.conversationId, last);
      made.push(last.batch);
    }
    last.batch.push(item);
    last.left -= item.message.length;
  }
  return made;
}

/** The body of a request: the messages, and all that is known of their conversation. */
export function bodyOf(batch: readonly Item[]): string {
  const known: Record<string, Record<string, unknown>> = {};
  for (const item of batch) {
    for (const [group, fields] of Object.entries(item.known)) {
      if (fields) known[group] = merged(known[group], fields as Record<string, unknown>);
    }
  }
  const rest = JSON.stringify({ conversationId: batch[0]?.conversationId, ...known });
  return `{"messages":[${batch.map((item) => item.message).join(",")}],${rest.slice(1)}`;
}

/** Nothing of another user or organization stays known. */
function merged(before: Record<string, unknown> | undefined, fields: Record<string, unknown>): Record<string, unknown> {
  const other = before && "id" in fields && "id" in before && before["id"] !== fields["id"];
  return other ? { ...fields } : { ...before, ...fields };
}

/** What a request came to. */
export interface Reply {
  ok: boolean;
  /** Whether the same request may work later. */
  again: boolean;
  /** Whether one message may be at fault for all of the request. */
  splittable: boolean;
  reason: string;
  /** Milliseconds that the deployment asks to wait. */
  wait: number;
}

/** Sends a body once. */
export type Send = (body: string, signal?: AbortSignal, keepalive?: boolean) => Promise<Reply>;

/** A sender to one address with one key. */
export function sender(url: string, key: string, fetch: typeof globalThis.fetch): Send {
  const address = `${url.replace(/\/+$/, "")}/v1/capture`;
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  return async (body, signal, keepalive = false) => {
    try {
      const init: RequestInit = { method: "POST", headers, body, keepalive, credentials: "omit" };
      const answer = await fetch(address, signal ? { ...init, signal } : init);
      const text = await answer.text();
      return replyOf(answer.status, text, answer.headers.get("retry-after"));
    } catch (error) {
      const reason = `no answer: ${error instanceof Error ? error.name : "error"}`;
      return { ok: false, again: true, splittable: false, reason, wait: 0 };
    }
  };
}

function replyOf(status: number, text: string, retryAfter: string | null): Reply {
  const ok = status === 200;
  return {
    ok,
    again: status >= 500 || [408, 425, 429].includes(status),
    splittable: [400, 413, 422].includes(status),
    reason: ok ? "" : `status ${status}: ${said(text)}`.slice(0, 300),
    wait: retryAfter && /^\d+$/.test(retryAfter) ? 1000 * Number(retryAfter) : 0,
  };
}

function said(text: string): string {
  try {
    const told: unknown = JSON.parse(text);
    if (told && typeof told === "object") return String((told as Record<string, unknown>)["error"] ?? "");
  } catch {
    // The answer of a proxy; its status says enough.
  }
  return "";
}

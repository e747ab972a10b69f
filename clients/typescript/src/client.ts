/** The client: takes messages without waiting, and sends them in the background. */

import { type Completions, Turn } from "./openai.js";
import { batches, bodyOf, type Item, type Known, type Reply, type Send, sender } from "./queue.js";
import type { Message } from "./types.js";

/** A conversation by your own id of it, and what is known of it. */
export interface About extends Known {
  conversationId: string;
}

/** A message in a form that Confab takes; `role` is `user` where nothing is said. */
export type NewMessage = Partial<Message> & Record<string, unknown>;

/** Messages that will not be sent, and why; without any text of theirs. */
export interface Lost {
  messages: number;
  reason: string;
}

/** What became of messages since the client was made. */
export interface Counts {
  captured: number;
  sent: number;
  lost: number;
  pending: number;
}

export interface Options {
  /** The deployment's address: https, or http on this machine. */
  url: string;
  /** An API key that may capture; in a browser one of the kind WEB. */
  key: string;
  /** Milliseconds for which messages are gathered into a request; 1,000 without it. */
  interval?: number;
  /** Messages that may wait; further ones are lost. 10,000 without it. */
  maxPending?: number;
  /** Called for what is lost; without it a warning goes to the console. */
  onLost?: (lost: Lost) => void;
  /** In place of the global one. */
  fetch?: typeof globalThis.fetch;
  /** Milliseconds before the first further try; each later one waits twice as long, up to half a minute. */
  firstWait?: number;
}

const LONGEST_WAIT = 30_000;
const REQUEST_TIMEOUT = 10_000;
const CLOSE_TIMEOUT = 5_000;
const KEEPALIVE_CHARACTERS = 15_000;
const MAX_ID = 256;
const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];

interface NodeProcess {
  once?: (event: string, listener: () => void) => unknown;
  off?: (event: string, listener: () => void) => unknown;
}

/**
 * Sends messages to a deployment, in the background and each once.
 *
 * `capture` never throws for what it is given: what cannot be sent is counted as lost, and `onLost` hears of it. At the
 * end of a Node process, and when a page is hidden, what is pending is sent.
 */
export class Confab {
  readonly #send: Send;
  readonly #interval: number;
  readonly #maxPending: number;
  readonly #firstWait: number;
  readonly #onLost: (lost: Lost) => void;
  readonly #queue: Item[] = [];
  readonly #ends = new AbortController();
  #taken: Item[] = [];
  #running: Promise<void> | undefined;
  /** Ends the wait under way: for more messages, which a flush ends too, or for a further try. */
  #wake: (() => void) | undefined;
  #gathers = false;
  #captured = 0;
  #sent = 0;
  #lost = 0;
  #last = 0;

  constructor(options: Options) {
    requireSafe(options.url);
    if (!options.key) throw new TypeError("key is needed");
    this.#send = sender(options.url, options.key, options.fetch ?? globalThis.fetch.bind(globalThis));
    this.#interval = options.interval ?? 1000;
    this.#maxPending = options.maxPending ?? 10_000;
    this.#firstWait = options.firstWait ?? 500;
    this.#onLost = options.onLost ?? ((lost) => console.warn(`Confab: ${lost.messages} messages are lost: ${lost.reason}`));
    this.#watchTheEnd();
  }

  /**
   * Takes a message, and returns its id. With an `id` of your own it is stored once however often it is captured;
   * without one it is a new message.
   */
  capture(about: About | string, message: NewMessage): string {
    this.#captured += 1;
    const id = String(message?.id ?? newId());
    try {
      const { conversationId, ...known } = typeof about === "string" ? { conversationId: about } : about;
      if (typeof conversationId !== "string" || !conversationId || conversationId.length > MAX_ID) {
        throw new TypeError(`a conversation's id is a text of 1 to ${MAX_ID} characters`);
      }
      const whole = JSON.stringify({ role: "user", sentAt: this.#now(), ...message, id });
      this.#put({ conversationId, message: whole, known: JSON.parse(JSON.stringify(known)) as Known });
    } catch (error) {
      this.#lose(1, `it cannot be sent: ${error instanceof Error ? error.message : String(error)}`.slice(0, 200));
    }
    return id;
  }

  /**
   * `client.chat.completions` of the OpenAI package: its `create`, whose calls are captured when their body has
   * `confab`, an `About` or your own id of the conversation. It captures the user's messages since the last answer, and
   * the answer, also with `stream: true`. What it gives and throws is as before, but a plain promise.
   */
  wrap<C extends Completions>(completions: C): (body: Record<string, unknown>, ...options: unknown[]) => Promise<any> {
    const create = completions.create.bind(completions) as (...all: unknown[]) => PromiseLike<unknown>;
    return async (body, ...options) => {
      const { confab, ...rest } = body as { confab?: About | string };
      if (confab === undefined) return create(body, ...options);
      const turn = new Turn((message, id) => this.capture(confab, { ...message, id }));
      quietly(() => turn.begin((rest as Record<string, unknown>)["messages"]));
      const result = await create(rest, ...options);
      return quietly(() => turn.heard(result)) ?? result;
    };
  }

  /** Sends what is pending now; gives how many messages are pending still when all are sent or the time is over. */
  async flush(timeout = CLOSE_TIMEOUT): Promise<number> {
    const until = Date.now() + timeout;
    while (this.#pending > 0) {
      this.#run();
      if (this.#gathers) this.#wake?.();
      const left = until - Date.now();
      if (left <= 0) break;
      await Promise.race([this.#running, pause(Math.min(left, 50))]);
    }
    return this.#pending;
  }

  /** Flushes and takes nothing more; gives how many messages were not confirmed, which `onLost` hears of. */
  async close(timeout = CLOSE_TIMEOUT): Promise<number> {
    if (this.#ends.signal.aborted) return 0;
    await this.flush(timeout);
    const unsent = this.#pending;
    this.#ends.abort();
    this.#wake?.();
    this.#queue.length = 0;
    this.#taken = [];
    if (unsent) this.#lose(unsent, "they were not confirmed before the end");
    return unsent;
  }

  /** What became of the messages so far. */
  get counts(): Counts {
    return { captured: this.#captured, sent: this.#sent, lost: this.#lost, pending: this.#pending };
  }

  get #pending(): number {
    return this.#queue.length + this.#taken.length;
  }

  #put(item: Item): void {
    if (this.#ends.signal.aborted) return this.#lose(1, "the client is closed");
    if (this.#pending >= this.#maxPending) return this.#lose(1, `${this.#maxPending} messages wait already`);
    this.#queue.push(item);
    this.#run();
  }

  #lose(messages: number, reason: string): void {
    this.#lost += messages;
    quietly(() => this.#onLost({ messages, reason }));
  }

  #run(): void {
    this.#running ??= this.#work().finally(() => {
      this.#running = undefined;
    });
  }

  async #work(): Promise<void> {
    while (this.#queue.length && !this.#ends.signal.aborted) {
      await this.#wait(this.#interval, true);
      this.#taken = this.#queue.splice(0);
      for (const batch of batches([...this.#taken])) await this.#deliver(batch);
    }
  }

  /** Sends a batch until it is confirmed or given up. A batch that is refused is sent message by message. */
  async #deliver(batch: Item[]): Promise<void> {
    let reply = await this.#sendOnce(batch);
    for (let wait = this.#firstWait; reply.again; wait = Math.min(2 * wait, LONGEST_WAIT)) {
      await this.#wait(Math.max(reply.wait, wait * (0.5 + Math.random() / 2)), false);
      if (this.#ends.signal.aborted) return;
      reply = await this.#sendOnce(batch);
    }
    if (reply.ok) {
      if (this.#finish(batch)) this.#sent += batch.length;
    } else if (batch.length > 1 && reply.splittable) {
      for (const item of batch) await this.#deliver([item]);
    } else if (this.#finish(batch)) {
      this.#lose(batch.length, reply.reason);
    }
  }

  #sendOnce(batch: Item[]): Promise<Reply> {
    return this.#send(bodyOf(batch), AbortSignal.any([this.#ends.signal, AbortSignal.timeout(REQUEST_TIMEOUT)]));
  }

  /** Whether these were still pending: whoever closed the client has counted them already. */
  #finish(batch: Item[]): boolean {
    if (this.#ends.signal.aborted) return false;
    this.#taken = this.#taken.filter((item) => !batch.includes(item));
    return true;
  }

  /** Waits. A flush ends the wait for further messages, and the end of the client every wait. */
  async #wait(milliseconds: number, gathers: boolean): Promise<void> {
    this.#gathers = gathers;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      const timer = setTimeout(resolve, milliseconds) as unknown as { unref?: () => void };
      // A process that has nothing else to do ends, and what is pending is sent by then.
      timer.unref?.();
    });
    this.#gathers = false;
    this.#wake = undefined;
  }

  #watchTheEnd(): void {
    const node = (globalThis as { process?: NodeProcess }).process;
    const listeners = {
      beforeExit: () => void this.close(),
      // Whoever calls `process.exit` leaves no time to send.
      exit: () => this.#pending && this.#lose(this.#pending, "the process ended before they were confirmed"),
    };
    for (const [event, listener] of Object.entries(listeners)) {
      node?.once?.(event, listener);
      this.#ends.signal.addEventListener("abort", () => node?.off?.(event, listener), { once: true });
    }
    if (typeof document !== "undefined") {
      const hidden = () => document.visibilityState === "hidden" && this.#sendAsIs();
      document.addEventListener("visibilitychange", hidden, { signal: this.#ends.signal });
    }
  }

  /** A page that is hidden may never run again: what fits is sent by requests that outlive it. Ids keep it single. */
  #sendAsIs(): void {
    let room = 4 * KEEPALIVE_CHARACTERS;
    for (const batch of batches([...this.#taken, ...this.#queue], KEEPALIVE_CHARACTERS)) {
      const body = bodyOf(batch);
      room -= body.length;
      if (room >= 0) void this.#send(body, undefined, true);
    }
  }

  /** The time, a microsecond after the one before at least: messages keep the order in which they were captured. */
  #now(): string {
    this.#last = Math.max(1000 * Date.now(), this.#last + 1);
    const iso = new Date(Math.floor(this.#last / 1000)).toISOString();
    return `${iso.slice(0, -1)}${String(this.#last % 1000).padStart(3, "0")}Z`;
  }
}

function requireSafe(url: string): void {
  const { protocol, hostname } = new URL(url);
  if (protocol !== "https:" && !(protocol === "http:" && LOOPBACK.includes(hostname))) {
    throw new TypeError("url must begin with https://; http:// is for this machine alone");
  }
}

/** Lets no fault of the capture reach the caller's own work. */
function quietly<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    console.error("Confab: a message could not be captured", error instanceof Error ? error.name : "");
    return undefined;
  }
}

function newId(): string {
  const random = crypto.getRandomValues(new Uint8Array(16));
  return `js-${Array.from(random, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

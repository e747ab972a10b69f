/** The TypeScript client against a server of its own: each message once, in order, and losses are told. */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { fileURLToPath } from "node:url";

import { Confab, type Lost, type NewMessage } from "../src/index.js";
import { batches, bodyOf, type Item } from "../src/queue.js";

type Body = { conversationId: string; messages: Record<string, unknown>[]; user?: unknown };

const KEY = `ob_live_${"0".repeat(32)}`;
const WAIT = 20_000;
let server: Server;
let url: string;
let requests: Body[];
let stored: Map<string, Map<string, Record<string, unknown>>>;
let answer: (body: Body) => [status: number, stores: boolean];
let lost: Lost[];
let client: Confab;

function take(body: Body): number {
  requests.push(body);
  const [status, stores] = answer(body);
  if (stores) {
    const talk = stored.get(body.conversationId) ?? new Map<string, Record<string, unknown>>();
    for (const message of body.messages) if (!talk.has(String(message["id"]))) talk.set(String(message["id"]), message);
    stored.set(body.conversationId, talk);
  }
  return status;
}

function texts(conversation: string): unknown[] {
  const found = [...(stored.get(conversation)?.values() ?? [])];
  return found.sort((a, b) => (String(a["sentAt"]) < String(b["sentAt"]) ? -1 : 1)).map((message) => message["content"]);
}

before(async () => {
  server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      assert.equal(request.headers.authorization, `Bearer ${KEY}`);
      const status = take(JSON.parse(Buffer.concat(parts).toString()) as Body);
      if (status === 0) return void response.destroy();
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify({ ok: status === 200, error: "as the test says" }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

after(() => {
  server.closeAllConnections();
  server.close();
});

beforeEach(() => {
  [requests, stored, lost] = [[], new Map(), []];
  answer = () => [200, true];
  client = new Confab({ url, key: KEY, interval: 5, firstWait: 5, onLost: (one) => lost.push(one) });
});

afterEach(() => client.close(0));

test("messages arrive once, in order, with what is known", async () => {
  const about = { conversationId: "c1", user: { id: "u1", plan: "pro" } };
  client.capture(about, { content: "Hi" });
  client.capture(about, { role: "assistant", content: "Hello" });
  client.capture("c1", { content: "Bye", id: "own" });
  client.capture("c2", { content: "Elsewhere" });
  assert.equal(await client.flush(WAIT), 0);
  assert.deepEqual(texts("c1"), ["Hi", "Hello", "Bye"]);
  assert.deepEqual(requests[0]?.user, { id: "u1", plan: "pro" });
  assert.ok(stored.get("c1")?.has("own"));
  assert.deepEqual(client.counts, { captured: 4, sent: 4, lost: 0, pending: 0 });
});

test("an answer that is lost is asked for again, and nothing doubles", async () => {
  const fates: [number, boolean][] = [[0, true], [503, false], [500, true], [429, false], [408, true]];
  answer = () => fates.shift() ?? [200, true];
  for (let number = 0; number < 5; number++) client.capture("c", { content: `m${number}` });
  assert.equal(await client.flush(WAIT), 0);
  assert.ok(requests.length >= 6);
  assert.deepEqual(texts("c"), ["m0", "m1", "m2", "m3", "m4"]);
  assert.deepEqual(lost, []);
});

test("one refused message costs no other", async () => {
  answer = (body) => (body.messages.some((message) => message["content"] === "bad") ? [400, false] : [200, true]);
  for (const content of ["one", "bad", "two"]) client.capture("c", { content });
  assert.equal(await client.flush(WAIT), 0);
  assert.deepEqual(texts("c"), ["one", "two"]);
  assert.deepEqual(lost, [{ messages: 1, reason: "status 400: as the test says" }]);
});

test("what cannot be sent is told and never thrown", () => {
  const circular: Record<string, unknown> = {};
  circular["self"] = circular;
  client.capture("", { content: "x" });
  client.capture("c".repeat(257), { content: "x" });
  client.capture("c", { content: "x", own: circular });
  client.capture("c", { content: "x", own: 1n });
  client.capture(undefined as unknown as string, { content: "x" });
  assert.equal(lost.length, 5);
  assert.equal(client.counts.pending, 0);
});

test("what waits is bounded, and a closed client says what it lost", async () => {
  const away = new Confab({ url: "http://127.0.0.1:9", key: KEY, interval: 60_000, maxPending: 2, onLost: (one) => lost.push(one) });
  for (let number = 0; number < 5; number++) away.capture("c", { content: `m${number}` });
  assert.deepEqual(away.counts, { captured: 5, sent: 0, lost: 3, pending: 2 });
  assert.equal(await away.close(0), 2);
  assert.equal(away.counts.lost, 5);
  away.capture("c", { content: "late" });
  assert.equal(lost.at(-1)?.reason, "the client is closed");
});

test("a key goes over https, or to this machine", () => {
  for (const unsafe of ["http://api.example.com", "ftp://x", "example.com", ""]) {
    assert.throws(() => new Confab({ url: unsafe, key: KEY }), TypeError);
  }
});

test("requests have at most 100 messages of one conversation", () => {
  const items: Item[] = Array.from({ length: 404 }, (_, number) => ({ conversationId: `c${number % 2}`, message: `"${number}"`, known: {} }));
  const made = batches(items);
  assert.deepEqual(made.map((batch) => batch.length).sort((a, b) => a - b), [2, 2, 100, 100, 100, 100]);
  assert.ok(made.every((batch) => new Set(batch.map((item) => item.conversationId)).size === 1));
});

test("another user in one request keeps nothing of the former", () => {
  const known = [{ user: { id: "a", name: "Ann" } }, { user: { id: "b" } }, { user: { plan: "pro" } }];
  const body = bodyOf(known.map((one) => ({ conversationId: "c", message: "{}", known: one })));
  assert.deepEqual(JSON.parse(body).user, { id: "b", plan: "pro" });
});

const PROGRAM = `
  const { Confab } = await import(process.argv[1]);
  const client = new Confab({ url: process.argv[2], key: process.argv[3], interval: 3600000 });
  for (let n = 0; n < 70; n++) {
    client.capture("c", { content: "m" + n, id: "m" + n });
    if (n === 49 && process.argv[4] !== "ends") await client.flush(30000);
  }
  if (process.argv[4] === "exits") process.exit(0);
  if (process.argv[4] === "killed") { console.log("captured"); setTimeout(() => {}, 60000); }
`;

function run(how: string): Promise<{ said: string; complained: string }> {
  const bundle = fileURLToPath(new URL("./index.mjs", import.meta.url));
  const child = spawn(process.execPath, ["--input-type=module", "-e", PROGRAM, bundle, url, KEY, how]);
  const told = { said: "", complained: "" };
  child.stdout.on("data", (part: Buffer) => {
    told.said += part.toString();
    if (how === "killed") child.kill("SIGKILL");
  });
  child.stderr.on("data", (part: Buffer) => (told.complained += part.toString()));
  return new Promise((resolve) => child.on("close", () => resolve(told)));
}

test("a process that ends sends what it captured", async () => {
  assert.deepEqual(await run("ends"), { said: "", complained: "" });
  assert.equal(stored.get("c")?.size, 70);
});

test("a process that exits at once says what it lost", async () => {
  const { complained } = await run("exits");
  assert.equal(stored.get("c")?.size, 50);
  assert.match(complained, /20 messages are lost: the process ended before they were confirmed/);
});

test("a killed process loses only what was not flushed", async () => {
  await run("killed");
  assert.equal(stored.get("c")?.size, 50);
});

type Form = Record<string, unknown>;
const completion = (content: string, id = "chatcmpl-1") => ({ id, choices: [{ index: 0, message: { role: "assistant", content } }] });

async function* chunks(...parts: string[]): AsyncGenerator<Form> {
  for (const content of parts) yield { id: "chatcmpl-s", choices: [{ index: 0, delta: { content } }] };
  yield { id: "chatcmpl-s", choices: [], usage: {} };
}

test("a loop around the OpenAI package is captured once", async () => {
  const seen: Form[] = [];
  const results: unknown[] = [completion("Hello", "a1"), new Error("slow"), completion("Yes", "a2"), completion("Again", "a3")];
  const completions = {
    async create(this: unknown, body: Form): Promise<unknown> {
      assert.equal(this, completions);
      seen.push(body);
      const result = results.shift();
      if (result instanceof Error) throw result;
      return result;
    },
  };
  const create = client.wrap(completions as never);
  const history: Form[] = [{ role: "system", content: "Be brief." }];
  for (const content of ["Hi", "ok", "ok"]) {
    history.push({ role: "user", content });
    const body = { model: "m", messages: history, confab: { conversationId: "c", user: { id: "u" } } };
    const result = await create(body).catch(() => create(body));
    history.push(result.choices[0].message as Form);
  }
  await client.flush(WAIT);
  assert.deepEqual(texts("c"), ["Hi", "Hello", "ok", "Yes", "ok", "Again"]);
  assert.ok(seen.every((body) => !("confab" in body)));
  await create({ model: "m", messages: history });
  assert.equal(client.counts.captured, 7, "six messages, one of them twice");
});

test("streams are passed on, and captured where they end or are left", async () => {
  const completions = { create: async (body: Form) => Object.assign(chunks("Hel", "lo"), { controller: body["model"] }) };
  const create = client.wrap(completions as never);
  const stream = await create({ model: "m", messages: [{ role: "user", content: "Hi" }], stream: true, confab: "c" });
  assert.equal(stream.controller, "m");
  let count = 0;
  for await (const _ of stream) count += 1;
  assert.equal(count, 3);
  for await (const _ of await create({ messages: [], stream: true, confab: "left" })) break;
  await client.flush(WAIT);
  assert.deepEqual(texts("c"), ["Hi", "Hello"]);
  assert.deepEqual(texts("left"), ["Hel"]);
});

test("messages of no known form reach the model untouched", async () => {
  for (const messages of [null, 7, "text", [null], [7]] as unknown[]) {
    const completions = { create: async (body: Form) => body["messages"] };
    assert.equal(await client.wrap(completions as never)({ messages, confab: "c" }), messages);
  }
});

test("a page that is hidden sends what is pending by requests that outlive it", async () => {
  const page = Object.assign(new EventTarget(), { visibilityState: "hidden" });
  const sent: RequestInit[] = [];
  Object.assign(globalThis, { document: page });
  const fetch = async (_: unknown, init?: RequestInit) => {
    sent.push(init ?? {});
    return new Response("{}");
  };
  const inPage = new Confab({ url, key: KEY, interval: 60_000, fetch });
  for (let number = 0; number < 5; number++) inPage.capture("c", { content: `m${number}` } satisfies NewMessage);
  page.dispatchEvent(new Event("visibilitychange"));
  Reflect.deleteProperty(globalThis, "document");
  assert.deepEqual(sent.map((init) => [init.keepalive, JSON.parse(String(init.body)).messages.length]), [[true, 5]]);
  await inPage.close(WAIT);
  assert.equal(inPage.counts.sent, 5);
});

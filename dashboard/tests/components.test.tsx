import { button, drawn, go, Refused, serve, settled } from "./dom.ts";
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { App, begin } from "../src/app.tsx";
import { Figure, Heatmap, Parts } from "../src/charts.tsx";

const BOT = { id: "00000000-0000-4000-8000-000000000001", name: "Bot", archived: false };
const SESSION = { workspaceId: "w", key: { id: "k", name: "key", api_key_prefix: "ob_live_000000" }, administers: true, chatbots: [BOT], csrf: "c5rf" };
const NONE = { "Very Positive": 0, Positive: 0, Neutral: 0, Negative: 0, "Very Negative": 0 };
const OUTCOMES = { resolved: 0, unresolved: 0, escalated: 0, abandoned: 0, open: 0 };
const period = (from: string, to: string, conversations = 0) => ({
  from,
  to,
  conversations,
  messages: 2 * conversations,
  avgSentiment: conversations ? -0.25 : null,
  sentimentDistribution: { ...NONE, Negative: conversations },
  outcomes: { ...OUTCOMES, unresolved: conversations },
  resolutionRate: conversations ? 0 : null,
  notAnalysed: conversations ? 1 : 0,
  feedback: { positive: 0, negative: 0 },
});
const OVERVIEW = { current: period("2026-03-01", "2026-03-02", 3), previous: period("2026-02-27", "2026-02-28"), days: [], waiting: 2 };
const HOSTILE = "<img src=x onerror=alert(1)>\u202e</div><script>alert(1)</script>";

beforeEach(() => go("/dashboard/overview"));

test("nobody signed in gives a form, and a key is sent once as a key and then forgotten", async () => {
  const asked = serve({ "GET /v1/session": new Refused(401, "no"), "POST /v1/session": SESSION });
  const root = await drawn(<App begun={begin()} />);
  const input = root.querySelector("input")!;
  assert.equal(input.type, "password");
  input.value = " ob_live_1 ";
  input.dispatchEvent(new Event("input", { bubbles: true }));
  await settled();
  root.querySelector("form")!.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
  await settled();
  const sent = asked.filter((each) => each.headers["authorization"]);
  assert.deepEqual(sent.map((each) => [each.method, each.path, each.headers["authorization"]]), [["POST", "/v1/session", "Bearer ob_live_1"]]);
  assert.equal(localStorage.length, 0);
  assert.match(root.textContent ?? "", /Overview/);
});

test("a sign-in link's token leaves the address before it is sent", async () => {
  go("/dashboard/overview?days=7#signin=confab_link_w.x");
  const asked = serve({ "GET /v1/session": new Refused(401, "no"), "POST /v1/session": SESSION, "/v1/insights/overview": OVERVIEW });
  await drawn(<App begun={begin()} />);
  assert.equal(location.hash, "");
  assert.equal(location.search, "?days=7");
  assert.equal(asked.find((each) => each.method === "POST")?.headers["authorization"], "Bearer confab_link_w.x");
});

test("what the API refuses is told in its own words", async () => {
  serve({ "/v1/session": SESSION, "/v1/insights/overview": new Refused(500, "Something went wrong on our side.") });
  const root = await drawn(<App begun={begin()} />);
  const alert = root.querySelector("[role=alert]");
  assert.match(alert?.textContent ?? "", /Something went wrong on our side\. Request req-1/);
  button(root, "Try again");
});

test("a session that ends shows the form again, at the same address", async () => {
  go("/dashboard/topics?weeks=12");
  serve({ "/v1/session": SESSION, "/v1/insights/topics": new Refused(401, "The session has ended; sign in again.") });
  const root = await drawn(<App begun={begin()} />);
  assert.match(root.textContent ?? "", /Sign in/);
  assert.equal(location.pathname + location.search, "/dashboard/topics?weeks=12");
});

test("figures stand with their coverage, their period and links to what is behind them", async () => {
  serve({ "/v1/session": SESSION, "/v1/insights/overview": OVERVIEW, "/v1/insights/users": { users: [] } });
  const root = await drawn(<App begun={begin()} />);
  const text = root.textContent ?? "";
  assert.match(text, /2 of 5 conversations analysed; 1 imported without analysis; 2 wait for it/);
  assert.match(text, /days in UTC/);
  const links = [...root.querySelectorAll("a")].map((each) => each.getAttribute("href"));
  assert.ok(links.includes("/dashboard/conversations?from=2026-03-01&to=2026-03-02&outcome=unresolved"), links.join("\n"));
});

test("where there is nothing, the line that sends a message is there", async () => {
  serve({ "/v1/session": SESSION, "/v1/insights/overview": { ...OVERVIEW, current: period("2026-03-01", "2026-03-02"), waiting: 0 } });
  const root = await drawn(<App begun={begin()} />);
  assert.match(root.querySelector("pre")?.textContent ?? "", /curl -s http:\/\/confab\.test\/v1\/capture/);
});

test("what people wrote is shown as text, and odd addresses are no links", async () => {
  const id = "00000000-0000-5000-8000-000000000002";
  go(`/dashboard/conversations/${id}`);
  const message = {
    id: "m",
    role: "user",
    content: HOSTILE,
    external_message_id: null,
    created_at: "2026-03-01T12:00:00Z",
    attachments: [
      { type: "file", name: HOSTILE, url: "javascript:alert(1)" },
      { type: "image", url: "https://example.com/a.png" },
    ],
    tools: [{ name: HOSTILE, input: { html: HOSTILE } }],
  };
  const result = { score: -0.5, label: "Negative", reasoning: "", sentiments: [{ score: -0.5, textChunk: HOSTILE, reasoning: "“alert(1)” (-2)" }], provider: HOSTILE, model: null, version: null, note: null, topics: [{ id: "t", name: HOSTILE }], flags: [HOSTILE] };
  const told = { id, external_conversation_id: HOSTILE, external_user_id: HOSTILE, message_count: 1, first_message_at: null, last_message_at: null, kind: "organic", user: { name: HOSTILE }, organization: {}, session: { pageUrl: "javascript:alert(1)" }, custom: { [HOSTILE]: HOSTILE }, analysis_pending: false, analysis_failed: null, messages: [message], events: [{ id: "e", event: HOSTILE, created_at: "2026-03-01T12:00:01Z" }] };
  const analysis = { id, avgSentiment: -0.5, label: "Negative", outcome: "open", topics: [{ id: "t", name: HOSTILE }], flags: [], firstBadTurn: { id: "m" }, trend: null, summary: HOSTILE, analysisPending: false, analysisFailed: null, provider: null, model: null, version: null, note: null, messages: [{ id: "m", role: "user", createdAt: "2026-03-01T12:00:00Z", result }] };
  serve({ "/v1/session": SESSION, [`/api/v1/conversations/${id}`]: told, [`/v1/insights/conversations/${id}/analysis`]: analysis });
  const root = await drawn(<App begun={begin()} />);
  button(root, "Why?").click();
  await settled();
  assert.equal(root.querySelector(".content")?.textContent, HOSTILE);
  assert.deepEqual([...root.querySelectorAll("mark")].map((each) => each.textContent), ["alert(1)", "alert(1)"]);
  assert.equal(root.querySelectorAll("img, script, iframe").length, 0);
  const outside = [...root.querySelectorAll("a")].filter((each) => !each.getAttribute("href")!.startsWith("/dashboard") && each.getAttribute("href") !== "#main");
  assert.deepEqual(outside.map((each) => [each.getAttribute("href"), each.getAttribute("rel")]), [["https://example.com/a.png", "noopener noreferrer"]]);
});

const LONG = "00000000-0000-5000-8000-000000000002";

/** A conversation of three messages that comes one by one, judged bad from its last message on. */
function longConversation(): Record<string, unknown> {
  const part = (from: number, cursor?: string) => ({
    id: LONG, external_conversation_id: "long", external_user_id: null, message_count: 3, first_message_at: null, last_message_at: null, kind: "organic", user: {}, organization: {}, session: {}, custom: {}, analysis_pending: false, analysis_failed: null, events: [],
    messages: [{ id: `m${from}`, role: "user", content: `message ${from}`, external_message_id: `x${from}`, created_at: `2026-03-01T12:00:0${from}Z` }],
    ...(cursor ? { nextCursor: cursor } : {}),
  });
  const analysis = { id: LONG, avgSentiment: null, label: null, outcome: null, topics: [], flags: [], firstBadTurn: { id: "m2" }, trend: null, summary: "", analysisPending: false, analysisFailed: null, provider: null, model: null, version: null, note: null, messages: [], nextCursor: "a" };
  const path = `/api/v1/conversations/${LONG}?limit=`;
  return {
    "/v1/session": SESSION,
    [`/v1/insights/conversations/${LONG}/analysis`]: analysis,
    [`${path}200`]: part(0, "one"),
    [`${path}1000`]: part(0, "one"),
    [`${path}1000&cursor=one`]: part(1, "two"),
    [`${path}1000&cursor=two`]: part(2),
  };
}

const contents = (root: Element) => [...root.querySelectorAll(".content")].map((each) => each.textContent);

test("a conversation of any length is read to its end", async () => {
  go(`/dashboard/conversations/${LONG}?shown=1000`);
  serve(longConversation());
  const root = await drawn(<App begun={begin()} />);
  for (const shown of [["message 0"], ["message 0", "message 1"], ["message 0", "message 1", "message 2"]]) {
    assert.deepEqual(contents(root), shown);
    if (shown.length < 3) button(root, "Show more messages").click();
    await settled();
  }
  assert.throws(() => button(root, "Show more messages"));
});

test("a link leads to a message however far into its conversation that is, and so does the first bad turn", async () => {
  go(`/dashboard/conversations/${LONG}?message=x1`);
  serve(longConversation());
  const root = await drawn(<App begun={begin()} />);
  for (let round = 0; round < 5; round++) await settled();
  assert.deepEqual(contents(root), ["message 0", "message 1"]);
  button(root, "Go to the first bad turn").click();
  for (let round = 0; round < 5; round++) await settled();
  assert.deepEqual(contents(root), ["message 0", "message 1", "message 2"]);
});

test("a workspace without a chatbot begins with one", async () => {
  const asked = serve({ "/v1/session": { ...SESSION, chatbots: [] }, "POST /api/v1/chatbots": { apiKey: "ob_live_new" } });
  const root = await drawn(<App begun={begin()} />);
  const input = root.querySelector("input")!;
  input.value = "Helper";
  input.dispatchEvent(new Event("input", { bubbles: true }));
  await settled();
  root.querySelector("form")!.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
  await settled();
  assert.deepEqual(asked.find((each) => each.method === "POST")?.body, { name: "Helper" });
  assert.equal(root.querySelector("pre")?.textContent, "ob_live_new");
  button(root, "I have copied it").click();
  await settled();
  assert.equal(asked.filter((each) => each.path === "/v1/session").length, 2);
});

test("a change carries the session's header", async () => {
  go("/dashboard/settings/chatbots");
  const bot = { id: BOT.id, name: "Bot", api_key_prefix: null, settings: {}, created_at: "2026-03-01T12:00:00Z" };
  const asked = serve({ "/v1/session": SESSION, "GET /api/v1/chatbots": [bot], "PATCH /api/v1/chatbots": bot });
  const root = await drawn(<App begun={begin()} />);
  const form = root.querySelector("form.line")!;
  form.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
  await settled();
  const change = asked.find((each) => each.method === "PATCH");
  assert.equal(change?.headers["x-confab-csrf"], "c5rf");
  assert.deepEqual(change?.body, { name: "Bot" });
});

test("a key that does not administer is shown no settings", async () => {
  go("/dashboard/settings/keys");
  const asked = serve({ "/v1/session": { ...SESSION, administers: false } });
  const root = await drawn(<App begun={begin()} />);
  assert.match(root.textContent ?? "", /need a key of the role admin/);
  assert.deepEqual([...new Set(asked.map((each) => each.path))], ["/v1/session"]);
});

test("a chart and its table show the same figures", async () => {
  const points = [
    { label: "1 Mar", name: "Sun, 1 Mar 2026", value: 3, shown: "3 conversations", to: "/dashboard/conversations?from=2026-03-01" },
    { label: "2 Mar", name: "Mon, 2 Mar 2026", value: 0, shown: "0 conversations" },
  ];
  const root = await drawn(
    <Figure title="Volume" points={points} unit="Conversations">
      <svg />
    </Figure>,
  );
  assert.equal(root.querySelector("table"), null);
  button(root, "Table").click();
  await settled();
  assert.deepEqual([...root.querySelectorAll("td")].map((each) => each.textContent), ["3 conversations", "0 conversations"]);
  assert.equal(root.querySelector("th a")?.getAttribute("href"), points[0]!.to);
  assert.equal(root.querySelector("button")?.getAttribute("aria-pressed"), "true");
});

test("bars say their value in words, and a heatmap is a table of all hours", async () => {
  const parts = await drawn(<Parts parts={[{ name: "Resolved", value: 2, shown: "2", detail: "50 %" }]} empty="none" />);
  assert.match(parts.textContent ?? "", /Resolved2 50 %/);
  const empty = await drawn(<Parts parts={[{ name: "Resolved", value: 0, shown: "0" }]} empty="Nothing yet." />);
  assert.equal(empty.textContent, "Nothing yet.");
  const at = new Date(2026, 2, 2, 10);
  const hours = Array.from({ length: 24 }, (_, hour) => (hour === at.getUTCHours() ? 2 : 0));
  const heat = await drawn(<Heatmap days={[{ date: at.toISOString().slice(0, 10), hours }]} label="Hours" to={(each) => `/dashboard/x?hours=${each.join(",")}`} />);
  assert.equal(heat.querySelectorAll("tbody td").length, 7 * 24);
  const cell = heat.querySelector('td[title="Monday 10:00: 2"]')!;
  assert.equal(cell.textContent, "2");
  assert.equal(cell.querySelector("a")?.getAttribute("href"), `/dashboard/x?hours=${((at.getUTCDay() + 6) % 7) * 24 + at.getUTCHours()}`);
});

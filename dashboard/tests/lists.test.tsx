// Conversations: what opens them, how one goes on from one to the next, and what is done with one.
import { button, drawn, go, Refused, serve, settled } from "./dom.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import { App, begin } from "../src/app.tsx";

const BOT = { id: "00000000-0000-4000-8000-000000000001", name: "Bot", archived: false };
const SESSION = { workspaceId: "w", key: { id: "k", name: "key", api_key_prefix: "ob_live_000000" }, administers: true, chatbots: [BOT], csrf: "c5rf" };
const IDS = ["a", "b", "c"];
const FOUND = (id: string) => ({ id, chatbotId: BOT.id, externalId: `talk ${id}`, dialect: "openbat", user: null, organization: null, channel: null, startedAt: null, lastMessageAt: null, createdAt: "2026-03-01T12:00:00Z", messages: 1, avgSentiment: null, label: null, outcome: null, topics: [], flags: [], analysisPending: false, analysisFailed: null });
const TOLD = (id: string, more = {}) => ({
  id, external_conversation_id: `talk ${id}`, external_user_id: null, message_count: 1, first_message_at: null, last_message_at: null, kind: "organic", user: {}, organization: {}, session: {}, custom: {}, analysis_pending: false, analysis_failed: null, events: [],
  messages: [{ id: `m-${id}`, role: "user", content: "hello", external_message_id: null, created_at: "2026-03-01T12:00:00Z" }],
  ...more,
});
const JUDGED = (id: string) => ({ id, avgSentiment: null, label: null, outcome: null, topics: [], flags: [], firstBadTurn: null, trend: null, summary: "", analysisPending: false, analysisFailed: null, provider: null, model: null, version: null, note: null, messages: [] });
const TALKS = {
  "/v1/session": SESSION,
  "/v1/insights/topics": { weeks: [], topics: [], total: 0 },
  ...Object.fromEntries(IDS.flatMap((id) => [[`/api/v1/conversations/${id}?`, TOLD(id)], [`/v1/insights/conversations/${id}/analysis`, JUDGED(id)]])),
};
const SEARCH = `/v1/insights/conversations?chatbotId=${BOT.id}`;

const press = async (root: Element, key: string) => {
  const focused = root.contains(document.activeElement) ? document.activeElement : root.querySelector("article");
  focused?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  await settled();
};
const title = (root: Element) => root.querySelector("h1")?.textContent;

test("j and k go on to the conversations next to one in the list that it was opened from", async () => {
  go("/dashboard/conversations?flag=churn_risk");
  const asked = serve({ ...TALKS, [SEARCH]: { conversations: IDS.map(FOUND) } });
  const root = await drawn(<App begun={begin()} />);
  root.querySelectorAll<HTMLAnchorElement>("a.open")[1]?.click();
  await settled();
  assert.equal(title(root), "Conversation talk b");
  for (const [key, expected] of [["j", "talk b"], ["j", "talk c"], ["j", "talk c"], ["j", "talk c"], ["k", "talk b"], ["k", "talk a"], ["k", "talk a"]] as const) {
    await press(root, key);
    assert.equal(title(root), `Conversation ${expected}`, `after ${key}`);
  }
  assert.equal(new URLSearchParams(location.search).get("list"), "flag=churn_risk");
  assert.equal(asked.filter((each) => each.path.startsWith(SEARCH)).length, 1);
});

test("a linked conversation finds its neighbours in its list, over the end of a page", async () => {
  go("/dashboard/conversations/c?list=outcome%3Dopen");
  serve({ ...TALKS, [SEARCH]: { conversations: [FOUND("a"), FOUND("b")], nextCursor: "n" }, [`${SEARCH}&outcome=open&limit=50&cursor=n`]: { conversations: [FOUND("c")] } });
  const root = await drawn(<App begun={begin()} />);
  const links = [...root.querySelectorAll(".page-head a")].map((each) => [each.textContent, each.getAttribute("href")]);
  assert.deepEqual(links, [["Previous", "/dashboard/conversations/b?list=outcome%3Dopen"], ["All conversations", "/dashboard/conversations?outcome=open"]]);
});

test("a conversation is analysed again, and says so until it was", async () => {
  go("/dashboard/conversations/a");
  const answers: Record<string, unknown> = { ...TALKS, "POST /v1/insights/conversations/a/reanalyse": { id: "a", analysisPending: true } };
  const asked = serve(answers);
  const root = await drawn(<App begun={begin()} />);
  answers["/api/v1/conversations/a?"] = TOLD("a", { analysis_pending: true });
  button(root, "Analyse again").click();
  await settled();
  assert.equal(asked.find((each) => each.method === "POST")?.headers["x-confab-csrf"], "c5rf");
  assert.equal(button(root, "Waiting for its analysis").getAttribute("aria-disabled"), "true");
  assert.match(root.textContent ?? "", /the analysis is under way/);
});

test("an export holds the messages that are not shown, too", async () => {
  go("/dashboard/conversations/a?shown=1000");
  const second = TOLD("a", { messages: [{ id: "m2", role: "user", content: "the second", external_message_id: null, created_at: "2026-03-01T12:00:01Z" }] });
  serve({ ...TALKS, "/api/v1/conversations/a?": TOLD("a", { nextCursor: "n" }), "/api/v1/conversations/a?limit=1000&cursor=n": second });
  const saved: Blob[] = [];
  URL.createObjectURL = (blob) => (saved.push(blob as Blob), "#");
  const root = await drawn(<App begun={begin()} />);
  button(root, "Export Markdown").click();
  await settled();
  assert.match(await saved[0]!.text(), /> hello[\s\S]*> the second/);
});

test("an export of the list asks for what the filters leave, and a refusal is told", async () => {
  go("/dashboard/conversations?flag=churn_risk&messageLabel=Negative");
  const asked = serve({ ...TALKS, [SEARCH]: { conversations: [FOUND("a")] }, "/v1/insights/conversations/export": new Refused(422, "The export is too large.") });
  const root = await drawn(<App begun={begin()} />);
  button(root, "CSV").click();
  await settled();
  const { path } = asked[asked.length - 1]!;
  assert.deepEqual(Object.fromEntries(new URL(path, location.href).searchParams), { chatbotId: BOT.id, flag: "churn_risk", messageLabel: "Negative", format: "csv" });
  assert.match(root.querySelector(".menu [role=status]")?.textContent ?? "", /too large/);
});

test("words in messages find a conversation, which opens at the message", async () => {
  go("/dashboard/conversations?view=words&words=refund");
  const match = { messageId: "m-a", snippet: "my refund, please" };
  serve({ ...TALKS, [`/v1/insights/search?chatbotId=${BOT.id}&text=refund`]: { conversations: [{ ...FOUND("a"), match }], remaining: 1, asOf: null } });
  const root = await drawn(<App begun={begin()} />);
  assert.match(root.querySelector("tbody")?.textContent ?? "", /my refund, please/);
  root.querySelector<HTMLAnchorElement>("a.open")?.click();
  await settled();
  assert.equal(title(root), "Conversation talk a");
  assert.equal(new URLSearchParams(location.search).get("message"), "m-a");
});

test("a deployment without copies says so where words are looked for", async () => {
  go("/dashboard/conversations?view=words&words=refund");
  serve(TALKS);
  const root = await drawn(<App begun={begin()} />);
  assert.match(root.textContent ?? "", /keeps no copies to search in/);
});

test("what is typed into the filters goes with the search", async () => {
  go("/dashboard/conversations?user=ann");
  serve({ ...TALKS, [SEARCH]: { conversations: [] } });
  const root = await drawn(<App begun={begin()} />);
  const input = [...root.querySelectorAll<HTMLInputElement>(".filters input")].find((each) => each.labels?.[0]?.textContent?.includes("Channel") || root.querySelector(`label[for="${each.id}"]`)?.textContent?.includes("Channel"))!;
  input.value = "site";
  input.dispatchEvent(new Event("input", { bubbles: true }));
  await settled();
  root.querySelector("form")!.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
  await settled();
  assert.equal(location.search, "?user=ann&channel=site");
});

test("every figure of the quality page opens what is behind it", async () => {
  go("/dashboard/quality");
  const each = { messages: 2, rate: 1, overTime: [{ date: "2026-03-01", messages: 2 }] };
  const replies = { messages: 2, resolutionRate: 0, outcomes: [{ ...each, outcome: "deflected" }], behaviours: [{ ...each, behaviour: "dodging" }] };
  serve({ "/v1/session": SESSION, "/v1/insights/outcomes": { from: "2026-03-01", to: "2026-03-02", conversations: 1, resolutionRate: null, outcomes: [], replies } });
  const root = await drawn(<App begun={begin()} />);
  const links = [...root.querySelectorAll(".parts a")].map((link) => link.getAttribute("href"));
  assert.deepEqual(links, ["reply=deflected", "behaviour=dodging"].map((filter) => `/dashboard/conversations?from=2026-03-01&to=2026-03-02&${filter}`));
});

test("patterns of the team's own are changed with the other rules of privacy", async () => {
  go("/dashboard/settings/privacy");
  const bot = { id: BOT.id, name: "Bot", api_key_prefix: null, created_at: "2026-03-01T12:00:00Z", settings: { privacy: { redaction: { patterns: [{ name: "order", pattern: "ORD-[0-9]{6}", action: "mask" }] } } } };
  const asked = serve({ "/v1/session": SESSION, "GET /api/v1/chatbots": bot, "PATCH /api/v1/chatbots": bot });
  const root = await drawn(<App begun={begin()} />);
  button(root, "Add a pattern").click();
  await settled();
  const inputs = [...root.querySelectorAll<HTMLInputElement>(".patterns input")];
  for (const [at, text] of [[2, "ticket"], [3, "T[0-9]+"]] as const) {
    inputs[at]!.value = text;
    inputs[at]!.dispatchEvent(new Event("input", { bubbles: true }));
  }
  await settled();
  root.querySelector("form")!.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
  await settled();
  const sent = asked.find((call) => call.method === "PATCH")?.body as { settings: { privacy: { redaction: { patterns: unknown } } } };
  assert.deepEqual(sent.settings.privacy.redaction.patterns, [{ name: "order", pattern: "ORD-[0-9]{6}", action: "mask" }, { name: "ticket", pattern: "T[0-9]+", action: "mask" }]);
});

import { button, drawn, go, serve, settled } from "./dom.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import { App, begin } from "../src/app.tsx";

const BOT = { id: "00000000-0000-4000-8000-000000000001", name: "Bot", archived: false };
const SESSION = { workspaceId: "w", key: { id: "k", name: "ann", api_key_prefix: "ob_live_000000" }, administers: true, chatbots: [BOT], csrf: "c5rf" };
const MESSAGE = { id: "m-1", role: "user", content: "Where is it?", external_message_id: null, created_at: "2026-03-01T12:00:00Z" };
const TOLD = {
  id: "c", external_conversation_id: "talk", external_user_id: null, message_count: 1, first_message_at: "2026-03-01T12:00:00Z", last_message_at: "2026-03-01T12:00:00Z",
  kind: "organic", user: {}, organization: {}, session: {}, custom: {}, analysis_pending: false, analysis_failed: null, messages: [MESSAGE], events: [],
};
const RESULT = { score: -0.5, label: "Negative", reasoning: "", sentiments: [], intent: null, topics: [], flags: ["churn_risk"], language: "en", provider: "builtin", model: null, version: "1", note: null };
const OTHERS = { id: "s1", finding: "label", value: "Neutral", author: "bob", comment: null, updatedAt: "2026-03-01T13:00:00Z" };
const JUDGED = {
  id: "c", avgSentiment: -0.5, label: "Negative", outcome: "open", topics: [], flags: ["churn_risk"], firstBadTurn: null, trend: null, summary: "", analysisPending: false, analysisFailed: null,
  provider: "builtin", model: null, version: "1", note: null, corrections: [],
  messages: [{ id: "m-1", role: "user", createdAt: MESSAGE.created_at, result: RESULT, feedback: { positive: 0, negative: 0 }, corrections: [OTHERS] }],
};
const SCORE = { id: "r/1", name: "<b>stars</b>", dataType: "NUMERIC", value: 4, source: "end_user", messageId: null, finding: null, author: null, userId: "u", comment: "fine", updatedAt: "2026-03-01T13:00:00Z", readOnly: false };
const READ = {
  "/v1/session": SESSION,
  "/api/v1/conversations/c?": TOLD,
  "/v1/insights/conversations/c/analysis": JUDGED,
  "GET /api/v1/scores": { data: [SCORE, { ...SCORE, id: "feedback:1", name: "feedback", value: "negative", readOnly: true }] },
  "POST /api/v1/scores": {},
  "DELETE /api/v1/scores": { ok: true },
};

function choice(root: Element, label: string): HTMLSelectElement {
  const found = [...root.querySelectorAll("label")].find((each) => each.textContent?.startsWith(label));
  return (found?.querySelector("select") ?? document.getElementById(found?.htmlFor ?? "")) as unknown as HTMLSelectElement;
}

async function choose(select: HTMLSelectElement, value: string): Promise<void> {
  select.value = value;
  select.dispatchEvent(new Event("change", { bubbles: true }));
  await settled();
}

test("a judgement is corrected by a choice, and what others said stands beside it", async () => {
  go("/dashboard/conversations/c");
  const asked = serve(READ);
  const root = await drawn(<App begun={begin()} />);
  assert.match(root.querySelector(".message .found")?.textContent ?? "", /Negative.*bob: Label neutral/);
  button(root, "Why?").click();
  await settled();
  const message = root.querySelector(".message")!;
  await choose(choice(message, "Sentiment"), "Positive");
  await choose(choice(message, "Churn risk"), "not raised");
  const sent = asked.filter((each) => each.method === "POST").map((each) => each.body);
  assert.deepEqual(sent, [
    { conversationId: "c", messageId: "m-1", finding: "label", value: "Positive", author: "ann" },
    { conversationId: "c", messageId: "m-1", finding: "flag:churn_risk", value: false, author: "ann" },
  ]);
});

test("one's own correction is taken back by the choice of what was judged", async () => {
  go("/dashboard/conversations/c");
  const asked = serve({ ...READ, "/v1/insights/conversations/c/analysis": { ...JUDGED, corrections: [{ ...OTHERS, id: "human:1", finding: "outcome", value: "resolved", author: "ann" }] } });
  const root = await drawn(<App begun={begin()} />);
  const select = choice(root.querySelector(".side")!, "Outcome");
  assert.equal(select.value, "resolved");
  await choose(select, "");
  assert.equal(asked.find((each) => each.method === "DELETE")?.path, "/api/v1/scores/human%3A1");
});

test("who only reads corrects nothing and removes no score", async () => {
  go("/dashboard/conversations/c");
  serve({ ...READ, "/v1/session": { ...SESSION, administers: false } });
  const root = await drawn(<App begun={begin()} />);
  button(root, "Why?").click();
  await settled();
  assert.equal(root.querySelector("details.correct"), null);
  assert.match(root.querySelector(".side")?.textContent ?? "", /<b>stars<\/b> 4/);
  assert.throws(() => button(root, "Remove"));
});

test("quality shows how far people agree with the analysis, and where they differ", async () => {
  go("/dashboard/quality");
  const judged = { count: 4, share: 0.75, kappa: 0.5, table: [{ first: "open", second: "open", count: 3 }, { first: "open", second: "resolved", count: 1 }] };
  serve({
    "/v1/session": SESSION,
    "/v1/insights/agreement": { findings: [{ on: "conversation", finding: "outcome", judged, reviewed: { count: 0, share: null, kappa: null, table: [] } }] },
    "/v1/insights/scores": { scores: [{ name: "stars", dataType: "NUMERIC", count: 2, mean: 3.5, buckets: [{ value: "3", count: 1 }, { value: "4", count: 1 }] }] },
  });
  const root = await drawn(<App begun={begin()} />);
  assert.match(root.textContent ?? "", /Outcome of conversations.*Open → Resolved: 1.*4.*75\s?%.*0\.5/);
  assert.match(root.textContent ?? "", /stars23\.53: 1 4: 1/);
  const links = [...root.querySelectorAll("a")].map((each) => each.getAttribute("href") ?? "");
  assert.ok(links.some((each) => each.endsWith("/conversations?score=stars&scoreValue=3")), links.join(" "));
});

const BASE = `/api/v1/chatbots/${BOT.id}`;
const HOOK = { id: "d1", type: "webhook", name: "Tickets", url: "https://hooks.example.com", arn: null, enabled: false, disabledReason: "The receiver answered 410." };
const RULE = { id: "r1", kind: "alert", name: "Many failures", enabled: true, destinations: ["d1"], includeText: false, status: { state: "alert", since: "2026-03-01T12:00:00Z", value: 0.4, sample: 50, reason: null } };
const RUN = { id: "evt/1", ruleId: "r1", destinationId: "d1", type: "alert", status: "failed", createdAt: "2026-03-01T12:00:00Z", count: 1, attempts: [{ at: "2026-03-01T12:00:01Z", status: 500, ms: 12, error: null }], error: "answered 500" };
const TELLING = {
  "/v1/session": SESSION,
  [`GET ${BASE}/rules`]: [RULE],
  [`GET ${BASE}/rules/templates`]: [{ id: "t", name: "Angry customers", category: "x", rule: { kind: "workflow", name: "Angry" } }],
  [`GET ${BASE}/destinations`]: [HOOK],
  [`GET ${BASE}/runs`]: { runs: [RUN] },
  [`POST ${BASE}`]: { ok: true, secret: "whsec_1" },
  [`PATCH ${BASE}`]: { ok: true },
};

test("rules show their alerts' states, and failed runs are delivered again", async () => {
  go("/dashboard/settings/rules");
  const asked = serve(TELLING);
  const root = await drawn(<App begun={begin()} />);
  assert.match(root.textContent ?? "", /Many failures Alert\s+Alert/);
  assert.match(root.textContent ?? "", /The receiver answered 410/);
  for (const action of ["Deliver again", "Enable", "Turn off", "Make the rule"]) {
    button(root, action).click();
    if (action === "Make the rule") button(root, action).closest("form")!.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
    await settled();
  }
  const sent = asked.filter((each) => each.method !== "GET").map((each) => [each.method, each.path.slice(BASE.length), each.body]);
  assert.deepEqual(sent.slice(0, 4), [
    ["POST", "/runs/evt%2F1/redeliver", undefined],
    ["PATCH", "/destinations/d1", { enabled: true }],
    ["PATCH", "/rules/r1", { enabled: false }],
    ["POST", "/rules", { kind: "workflow", name: "Angry", destinations: ["d1"] }],
  ]);
});

test("the secret of a new destination is shown once", async () => {
  go("/dashboard/settings/rules");
  const asked = serve(TELLING);
  const root = await drawn(<App begun={begin()} />);
  const form = button(root, "Add").closest("form")!;
  const [name, address] = [...form.querySelectorAll("input")];
  for (const [input, value] of [[name!, "Tickets"], [address!, "https://hooks.example.com"]] as const) {
    input.value = value;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }
  await settled();
  form.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
  await settled();
  assert.deepEqual(asked.find((each) => each.method === "POST")?.body, { type: "webhook", name: "Tickets", url: "https://hooks.example.com" });
  assert.match(root.querySelector(".secret")?.textContent ?? "", /whsec_1/);
});

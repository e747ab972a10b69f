// The official client of the Inkeep Analytics API against a deployment. Prints one line per check that passed, and
// exits with 1 at the first that did not. Environment: BASE_URL, API_KEY, WEB_KEY, OTHER_KEY (of another chatbot).
import assert from "node:assert/strict";
import { InkeepAnalytics } from "@inkeep/inkeep-analytics";
import * as errors from "@inkeep/inkeep-analytics/models/errors/index.js";

const { BASE_URL: serverURL, API_KEY: apiKey, WEB_KEY: webKey, OTHER_KEY: otherKey } = process.env;
const settings = { serverURL, retryConfig: { strategy: "none" } };
const client = new InkeepAnalytics({ ...settings, apiIntegrationKey: apiKey });
const api = { apiIntegrationKey: apiKey };
const web = { webIntegrationKey: webKey };
const mark = `client-${Date.now()}`;

async function check(name, work) {
  await work();
  console.log(`ok ${name}`);
}

async function fails(kind, status, work) {
  try {
    await work();
  } catch (error) {
    assert.ok(error instanceof kind, `${error.constructor.name}: ${error.message}`);
    // The client keeps the body's own `status`; a generic error has `statusCode`.
    assert.equal(error.status ?? error.statusCode, status);
    return error;
  }
  assert.fail(`no error, ${kind.name} was expected`);
}

await check("one idempotency key, one conversation", async () => {
  const once = { headers: { "Idempotency-Key": `${mark}-once` } };
  const said = { type: "openai", messages: [{ role: "user", content: "once" }] };
  const first = await client.conversations.log(api, said, once);
  assert.deepEqual(await client.conversations.log(api, said, once), first);
  assert.notEqual((await client.conversations.log(api, said)).id, first.id);
  await fails(errors.UnprocessableEntity, 422, () => client.conversations.log(api, { ...said, tags: ["other"] }, once));
});

const id = `${mark}/a b?ü#%`.replace("?", "");
const body = {
  id,
  type: "openai",
  externalId: `${mark}/ext ü`,
  createdAt: new Date("2026-01-02T03:04:05.678Z"),
  visibility: "public",
  tags: ["one"],
  properties: { page: { deep: [1, null] } },
  userProperties: { userId: 7, identificationType: "COOKIED", additionalProperties: { team: "blue" } },
  messages: [
    { id: `${mark}-1`, role: "user", content: [{ type: "text", text: "hi" }, { type: "image_url", imageUrl: { url: "https://example.com/i.png" } }] },
    {
      id: `${mark}-2`,
      role: "assistant",
      content: "hello",
      links: [{ url: "https://example.com", label: "docs", type: "documentation" }],
      toolCalls: [{ id: "call-1", type: "function", function: { name: "look", arguments: "{}" } }],
    },
  ],
};

await check("log with an API key", async () => {
  const logged = await client.conversations.log(api, body);
  assert.equal(logged.id, id);
  assert.equal(logged.messages.length, 2);
  assert.equal(logged.messages[1].toolCalls[0].function.name, "look");
  assert.equal(logged.messages[0].content[1].imageUrl.url, "https://example.com/i.png");
  assert.equal(logged.messagesOpenAIFormat.length, 2);
  // This release of the client takes extra user properties in and passes them on flat.
  assert.equal(logged.userProperties.userId, 7);
});

await check("log again with a browser's key and one more message", async () => {
  const messages = [...body.messages, { role: "user", content: "and now?" }];
  const first = await client.conversations.log(web, { ...body, messages });
  const second = await client.conversations.log(web, { ...body, messages });
  assert.deepEqual(second.messages.map((m) => m.id), first.messages.map((m) => m.id));
  assert.equal(second.messages.length, 3);
});

await check("get, with either key", async () => {
  for (const security of [api, web]) {
    const read = await client.conversations.get(security, { id });
    assert.equal(read.id, id);
    assert.deepEqual(read.messages.slice(0, 2).map((m) => m.id), [`${mark}-1`, `${mark}-2`]);
  }
});

await check("a browser's chat: begun, gone on with, opened, shared, judged, with its key alone", async () => {
  const question = { id: `${mark}-w1`, role: "user", content: "hi" };
  const answer = { id: `${mark}-w2`, role: "assistant", content: "hello" };
  const visitor = { userProperties: { id: "cookie", identificationType: "COOKIED", additionalProperties: {} } };
  const begun = await client.conversations.log(web, { type: "openai", messages: [question], ...visitor });
  assert.equal(begun.userProperties.id, "cookie");
  const history = { id: begun.id, type: "openai", messages: [question, answer] };
  await client.conversations.log(web, { ...history, ...visitor });
  const opened = await client.conversations.get(web, { id: begun.id });
  assert.deepEqual(opened.messages.map((m) => m.id), [`${mark}-w1`, `${mark}-w2`]);
  const shared = await client.conversations.log(web, { ...history, visibility: "public" });
  assert.equal(shared.visibility, "public");
  assert.equal((await client.conversations.get(web, { id: begun.id })).messages.length, 2);
  const browser = new InkeepAnalytics({ ...settings, apiIntegrationKey: webKey });
  assert.equal((await browser.feedback.submit({ type: "positive", messageId: `${mark}-w2` })).type, "positive");
  const event = { entityType: "conversation", conversationId: begun.id, type: "chat_share_button_clicked" };
  assert.equal((await client.events.log(web, event)).conversationId, begun.id);
  await fails(errors.Forbidden, 403, () => client.conversations.log(web, { ...history, messages: [answer] }));
  await fails(errors.Forbidden, 403, () => client.conversations.delete(web, { id: begun.id }));
  assert.equal((await client.conversations.get(api, { id: begun.id })).messages.length, 2);
});

await check("a server's chat is none of a browser's", async () => {
  const secret = `${mark}-secret`;
  const messages = [{ id: `${secret}-1`, role: "user", content: "my code is 4711" }];
  await client.conversations.log(api, { id: secret, type: "openai", messages });
  await fails(errors.NotFound, 404, () => client.conversations.get(web, { id: secret }));
  const forged = { id: secret, type: "openai", messages: [{ ...messages[0], content: "forged" }] };
  assert.deepEqual((await client.conversations.log(web, forged)).messages.map((m) => m.content), ["forged"]);
  const read = await client.conversations.get(api, { id: secret });
  assert.deepEqual(read.messages.map((m) => m.content), ["my code is 4711"]);
});

await check("get by external id", async () => {
  const read = await client.conversation.getConversationByExternalId({ externalId: `${mark}/ext ü` });
  assert.equal(read.id, id);
});

await check("a support ticket and a copilot conversation", async () => {
  for (const type of ["support_ticket", "support_copilot"]) {
    const logged = await client.conversations.log(api, {
      type,
      id: `${mark}-${type}`,
      supportTicketConversationId: type === "support_copilot" ? `${mark}-support_ticket` : null,
      messages: [{ role: "end-user", content: null }, { role: "agent", content: "done", userProperties: { supportAgentName: "Bo", additionalProperties: {} } }],
    });
    assert.equal(logged.type, type);
    assert.equal(logged.messages[0].content, null);
  }
});

await check("list, and page by page", async () => {
  const all = await client.conversations.list({ limit: 100, offset: 0 });
  const ids = all.result ? all.result.conversations : all.conversations;
  const total = all.result ? all.result.total : all.total;
  assert.ok(ids.some((row) => row.id === id));
  assert.ok(total >= 3);
  const page = await client.conversations.list({ limit: 1, offset: 1 });
  assert.equal((page.result ?? page).count, 1);
});

let feedbackId;
await check("feedback: submit, list, get", async () => {
  const given = await client.feedback.submit({
    type: "negative",
    messageId: `${mark}-2`,
    reasons: [{ label: "wrong", details: "" }],
    userProperties: { id: "u", additionalProperties: { extra: 1 } },
    createdAt: new Date(),
  });
  feedbackId = given.id;
  await client.feedback.submit({ type: "positive", messageId: `${mark}-1` });
  const listed = await client.feedback.list({ limit: 10, offset: 0 });
  assert.equal(listed.negativeFeedback.find((entry) => entry.id === feedbackId).conversation.id, id);
  assert.ok(listed.positiveFeedbackCount >= 1);
  const one = await client.feedback.getFeedbackById({ id: feedbackId });
  assert.equal(one.message.id, `${mark}-2`);
});

await check("events of all three kinds, with either key", async () => {
  const events = [
    { entityType: "message", messageId: `${mark}-2`, type: "assistant_message_copied", properties: { a: [1] } },
    { entityType: "conversation", conversationId: id, type: "chat_share_button_clicked" },
    { entityType: "search", searchQuery: "how", type: "search_query_submitted", createdAt: new Date() },
  ];
  for (const event of events) {
    assert.equal((await client.events.log(api, event)).type, event.type);
    assert.equal((await client.events.log(web, event)).entityType, event.entityType);
  }
});

await check("401 unauthorized", async () => {
  const stranger = new InkeepAnalytics({ ...settings, apiIntegrationKey: "ob_live_" + "0".repeat(32) });
  await fails(errors.Unauthorized, 401, () => stranger.conversations.list({ limit: 1, offset: 0 }));
  await fails(errors.Unauthorized, 401, () => client.conversations.log({}, body));
});

await check("403 forbidden: a browser's key does not list", async () => {
  const browser = new InkeepAnalytics({ ...settings, apiIntegrationKey: webKey });
  await fails(errors.Forbidden, 403, () => browser.conversations.list({ limit: 1, offset: 0 }));
  await fails(errors.Forbidden, 403, () => browser.feedback.list({ limit: 1, offset: 0 }));
});

await check("404 not found: unknown ids, and those of another project", async () => {
  const other = { apiIntegrationKey: otherKey };
  await fails(errors.NotFound, 404, () => client.conversations.get(api, { id: "nobody/knows" }));
  await fails(errors.NotFound, 404, () => client.conversations.get(other, { id }));
  await fails(errors.NotFound, 404, () => client.conversations.delete(other, { id }));
  await fails(errors.NotFound, 404, () => client.conversation.getConversationByExternalId({ externalId: "none" }));
  await fails(errors.NotFound, 404, () => client.feedback.getFeedbackById({ id: "none" }));
});

await check("422 unprocessable: no messages, unknown message", async () => {
  await fails(errors.UnprocessableEntity, 422, () => client.conversations.log(api, { ...body, messages: [] }));
  await fails(errors.UnprocessableEntity, 422, () => client.feedback.submit({ type: "positive", messageId: `${mark}-?` }));
});

await check("400 bad request: above 2 MB", async () => {
  const properties = { x: "y".repeat(2 * 1024 * 1024) };
  await fails(errors.BadRequest, 400, () => client.conversations.log(api, { ...body, properties }));
});

await check("delete, with its feedback", async () => {
  const gone = await client.conversations.delete(api, { id });
  assert.equal(gone.success, true);
  await fails(errors.NotFound, 404, () => client.conversations.get(api, { id }));
  await fails(errors.NotFound, 404, () => client.conversations.delete(api, { id }));
  await fails(errors.NotFound, 404, () => client.feedback.getFeedbackById({ id: feedbackId }));
});
console.log("all passed");

// The official client's queries against a chatbot with rows in every view: its validators take every answer. Prints one
// line per check that passed, and exits with 1 at the first that did not. Environment: BASE_URL, API_KEY, WEB_KEY.
import assert from "node:assert/strict";
import { InkeepAnalytics } from "@inkeep/inkeep-analytics";
import * as errors from "@inkeep/inkeep-analytics/models/errors/index.js";

const { BASE_URL: serverURL, API_KEY: apiKey, WEB_KEY: webKey } = process.env;
const settings = { serverURL, retryConfig: { strategy: "none" } };
const client = new InkeepAnalytics({ ...settings, apiIntegrationKey: apiKey });
const { query } = client;
const browser = new InkeepAnalytics({ ...settings, apiIntegrationKey: webKey });
const VIEWS = {
  conversations: ["firstMessageTime", "userMessageCount"],
  queryEvents: ["createdAt", null],
  queryFeedback: ["createdAt", null],
  querySemanticThreads: ["firstMessageTime", "messagesCount"],
};
const count = { type: "aggregation", aggregation: "count" };

async function check(name, work) {
  await work();
  console.log(`ok ${name}`);
}

function page(answer) {
  assert.equal(answer.status, "ok");
  assert.equal(answer.data.count, answer.data.result.length);
  assert.ok(answer.data.total >= answer.data.count && answer.data.pageSize > 0);
  return answer.data.result;
}

for (const [view, [time, number]] of Object.entries(VIEWS)) {
  await check(`${view}: all columns`, async () => assert.ok(page(await query[view]({})).length > 0));
  for (const timeUnit of ["hour", "day", "week", "month"]) {
    await check(`${view}: by ${timeUnit}`, async () => {
      const rows = page(await query[view]({ select: [{ type: "time", timeUnit, field: time }, count] }));
      assert.ok(rows.length > 0 && rows[0].count > 0);
    });
  }
  await check(`${view}: figures`, async () => {
    const figures = number === null ? [] : ["sum", "avg", "min", "max"];
    const select = figures.map((aggregation) => ({ type: "aggregation", aggregation, field: number }));
    const distinct = { type: "aggregation", aggregation: "countDistinct", field: "userProperties", path: ["userId"] };
    const [row] = page(await query[view]({ select: [count, ...select, distinct] }));
    assert.ok(row.count > 0);
  });
  await check(`${view}: groups by properties, in order`, async () => {
    const orderBy = [{ field: "count_id", direction: "desc" }];
    const groupBy = [{ field: "properties", path: ["userId"] }, { field: "projectId", includeInSelect: false }];
    page(await query[view]({ select: [count], groupBy, orderBy, notes: "a note" }));
  });
  await check(`${view}: conditions`, async () => {
    const never = { condition: { field: "id", operator: "in", value: ["nobody"] } };
    const always = { condition: { field: "properties", operator: "isNull" } };
    const open = { condition: { field: "properties", operator: "isNotNull" } };
    assert.deepEqual(page(await query[view]({ where: never })), []);
    assert.ok(page(await query[view]({ where: { and: [{ or: [always, open, never] }] } })).length > 0);
  });
}

await check("semantic threads by their words", async () => {
  assert.equal(page(await query.querySemanticThreads({ query: "refund" })).length, 1);
});

await check("keys and values of properties", async () => {
  const { results } = await query.queryPropertyKeys({ field: "properties" });
  assert.ok(results.includes("plan"));
  const values = await query.queryPropertyValues({ field: "properties", key: "plan" });
  assert.deepEqual(values.results, ["pro", "free"]);
});

await check("the statistics of searches", async () => {
  const top = await client.topSearchQueries({ after: "2026-01-01" });
  assert.deepEqual(top.data.result.map((each) => each.count), ["3", "1"]);
  const weeks = await client.weeklySearchUsers({});
  assert.equal(weeks.data.total, 1);
});

await check("an export is CSV", async () => {
  const exported = await query.exportSemanticThreadsQueryResults({});
  const text = typeof exported === "string" ? exported : await new Response(exported.result ?? exported).text();
  assert.match(text, /question/);
});

async function fails(kind, work) {
  try {
    await work();
  } catch (error) {
    assert.ok(error instanceof kind, `${error.constructor.name}: ${error.message}`);
    return;
  }
  assert.fail(`no error, ${kind.name} was expected`);
}

await check("typed errors", async () => {
  const wrong = { condition: { field: "userMessageCount", operator: "gt", value: "many" } };
  await fails(errors.UnprocessableEntity, () => query.conversations({ where: wrong }));
  await fails(errors.Forbidden, () => browser.query.conversations({}));
});
console.log("all passed");

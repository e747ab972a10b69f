// The whole dashboard in a real browser, against a running stack: sign in, every page, every figure, sign out.
// node e2e/dashboard.mjs, with BASE_URL, CHATBOT_ID, ADMIN_KEY, READ_KEY, INGEST_KEY, LINK, HOSTILE_ID, STRANGER_ID and CHROMIUM.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { readFile } from "node:fs/promises";
import { chromium } from "playwright-core";

const env = process.env;
const ROOT = `${env.BASE_URL}/dashboard`;
const PAGES = ["overview", "conversations", "topics", "users", "organizations", "quality"];
const SECTIONS = ["chatbots", "keys", "taxonomy", "fields", "analyzer", "privacy", "responder", "rules", "audit", "health"];
const FIRST_LOAD = 60_000;
const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const browser = await chromium.launch({ executablePath: env.CHROMIUM, args: ["--no-sandbox"] });

/** What the API says, asked with the key itself. */
async function api(path) {
  const answer = await fetch(env.BASE_URL + path, { headers: { authorization: `Bearer ${env.ADMIN_KEY}` } });
  assert.ok(answer.ok, `${path} answered ${answer.status}`);
  return answer.json();
}

/** A page that notes whatever it should not do: other hosts, refused scripts, errors, dialogs. */
async function opened(options = {}) {
  const context = await browser.newContext({ timezoneId: "Europe/Berlin", locale: "en-GB", ...options });
  const page = await context.newPage();
  const noted = [];
  page.on("request", (request) => request.url().startsWith(env.BASE_URL) || request.url().startsWith("blob:") || noted.push(request.url()));
  page.on("pageerror", (error) => noted.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => (noted.push(`dialog: ${dialog.message()}`), dialog.dismiss()));
  page.on("console", (message) => /Content Security Policy|Trusted/.test(message.text()) && noted.push(message.text()));
  return { context, page, noted };
}

async function signIn(page, key) {
  await page.goto(ROOT);
  await page.getByLabel("API key").fill(key);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Overview", level: 1 }).waitFor();
}

async function heading(page, name) {
  await page.getByRole("heading", { level: 1, name }).waitFor();
}

const checks = {
  async "a link signs in once, leaves the address, and shows no secret to scripts"() {
    const { context, page, noted } = await opened();
    const sizes = new Map();
    const session = await context.newCDPSession(page);
    await session.send("Network.enable");
    session.on("Network.responseReceived", (event) => new URL(event.response.url).pathname.startsWith("/dashboard") && sizes.set(event.requestId, 0));
    session.on("Network.loadingFinished", (event) => sizes.has(event.requestId) && sizes.set(event.requestId, event.encodedDataLength));
    const began = Date.now();
    await page.goto(`${ROOT}#signin=${env.LINK}`);
    await heading(page, "Overview");
    const bytes = [...sizes.values()].reduce((sum, each) => sum + each);
    process.stdout.write(`first load: ${bytes} bytes, ${Date.now() - began} ms until the overview\n`);
    assert.ok(bytes < FIRST_LOAD, `${bytes} bytes`);
    assert.equal(new URL(page.url()).hash, "");
    assert.deepEqual(await page.evaluate(() => [document.cookie, Object.keys(localStorage), Object.keys(sessionStorage)]), ["", [], []]);
    const [cookie] = await context.cookies();
    assert.equal(cookie.name, "__Host-confab");
    assert.ok(cookie.httpOnly && cookie.secure && cookie.sameSite === "Strict" && cookie.path === "/");
    assert.deepEqual(noted, []);
    await context.close();
    const again = await opened();
    await again.page.goto(`${ROOT}#signin=${env.LINK}`);
    await heading(again.page, "Sign in");
    await again.page.getByText("has been used").waitFor();
    await again.context.close();
  },

  async "a wrong key is refused in words"() {
    const { context, page } = await opened();
    await page.goto(ROOT);
    await page.getByLabel("API key").fill("ob_live_00000000000000000000000000000000");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("alert").getByText("unknown").waitFor();
    await context.close();
  },

  async "every figure of the overview is the API's"() {
    const { context, page, noted } = await opened();
    await signIn(page, env.ADMIN_KEY);
    const { current, waiting } = await api(`/v1/insights/overview?chatbotId=${env.CHATBOT_ID}&days=30`);
    const tile = async (name) => (await page.locator(".tile", { has: page.getByText(name, { exact: true }) }).locator(".tile-value").textContent()).trim();
    assert.equal(await tile("Conversations"), String(current.conversations));
    assert.equal(await tile("Mean sentiment"), `${current.avgSentiment < 0 ? "−" : "+"}${Math.abs(current.avgSentiment).toFixed(2)}`);
    assert.equal(await tile("Resolution rate"), current.resolutionRate === null ? "–" : `${Math.round(current.resolutionRate * 100)} %`);
    assert.equal(await tile("Waiting"), String(waiting));
    const counts = current.sentimentDistribution;
    const all = Object.values(counts).reduce((sum, each) => sum + each);
    assert.equal(await tile("Negative share"), `${Math.round((100 * (counts.Negative + counts["Very Negative"])) / all)} %`);
    const since = current.from;
    const users = await api(`/v1/insights/users?chatbotId=${env.CHATBOT_ID}&from=${since}&limit=1`);
    await page.waitForFunction(() => !document.querySelector(".tiles")?.textContent.includes("…"));
    assert.equal(await tile("Distinct users"), String(users.total));
    const hours = (await page.locator(".heatmap tbody .heat").allTextContents()).map(Number);
    assert.equal(hours.length, 7 * 24);
    assert.equal(hours.reduce((sum, each) => sum + each, 0), current.conversations);
    const row = async (panel, name) => (await page.getByRole("region", { name: panel }).locator("li", { has: page.getByRole("link", { name, exact: true }) }).locator(".part-value").textContent()).trim();
    for (const [outcome, number] of Object.entries(current.outcomes)) {
      const shown = outcome[0].toUpperCase() + outcome.slice(1);
      assert.match(await row("Outcomes", shown), new RegExp(`^${number} `), outcome);
    }
    const flags = await api(`/v1/insights/flags?chatbotId=${env.CHATBOT_ID}&days=30`);
    for (const flag of flags.flags.filter((each) => each.conversations)) {
      const shown = flag.flag[0].toUpperCase() + flag.flag.slice(1).replaceAll("_", " ");
      assert.match(await row("Flags", shown), new RegExp(`^${flag.conversations} `), flag.flag);
    }
    assert.deepEqual(noted, []);
    await context.close();
  },

  async "the same figures are in the table of a chart"() {
    const { context, page } = await opened();
    await signIn(page, env.ADMIN_KEY);
    await page.getByRole("button", { name: "Table of Conversations by day" }).click();
    const shown = await page.getByRole("region", { name: "Conversations by day" }).locator("td").allTextContents();
    const { days, current } = await api(`/v1/insights/overview?chatbotId=${env.CHATBOT_ID}&days=30`);
    assert.equal(shown.length, 30);
    assert.equal(shown.reduce((sum, each) => sum + parseInt(each, 10), 0), current.conversations);
    assert.equal(shown.filter((each) => parseInt(each, 10) > 0).length, days.filter((day) => day.conversations).length);
    await context.close();
  },

  async "the figures of topics, users, organizations and quality are the API's"() {
    const { context, page, noted } = await opened();
    await signIn(page, env.ADMIN_KEY);
    const cells = async () => page.locator("table.rows tbody tr").evaluateAll((rows) => rows.map((row) => [...row.cells].map((cell) => cell.innerText.trim())));
    const sentiment = (score) => (score === null ? "–" : `${score > 0 ? "+" : score < 0 ? "−" : ""}${Math.abs(score).toFixed(2)}`);
    const share = (rate) => (rate === null ? "–" : `${Math.round(100 * rate)} %`);

    await page.goto(`${ROOT}/topics`);
    await page.locator("table.rows").waitFor();
    const { topics } = await api(`/v1/insights/topics?chatbotId=${env.CHATBOT_ID}&weeks=4&limit=100`);
    const shown = await cells();
    assert.equal(shown.length, topics.length);
    topics.forEach((topic, row) => {
      assert.equal(shown[row][0], topic.name);
      assert.equal(shown[row][1], String(topic.conversations), topic.name);
      assert.ok(shown[row][3].startsWith(sentiment(topic.avgSentiment)), `${topic.name}: ${shown[row][3]}`);
      assert.equal(shown[row][4], share(topic.resolutionRate));
      assert.equal(shown[row][5], topic.opportunity.toFixed(1));
    });

    for (const group of ["users", "organizations"]) {
      await page.goto(`${ROOT}/${group}`);
      await page.locator("table.rows").waitFor();
      const people = (await api(`/v1/insights/${group}?chatbotId=${env.CHATBOT_ID}&limit=50`))[group];
      const rows = await cells();
      assert.equal(rows.length, people.length);
      people.forEach((person, row) => {
        assert.ok(rows[row][0].startsWith(person.name ?? person.id), rows[row][0]);
        assert.deepEqual([rows[row][3], rows[row][4]], [String(person.conversations), String(person.messages)]);
        assert.ok(rows[row][5].startsWith(sentiment(person.avgSentiment)));
        assert.equal(rows[row][6], share(person.resolutionRate));
      });
    }

    await page.goto(`${ROOT}/quality`);
    await page.getByRole("region", { name: "What answers come to" }).waitFor();
    const { replies } = await api(`/v1/insights/outcomes?chatbotId=${env.CHATBOT_ID}&days=30`);
    const values = async (name) => (await page.getByRole("region", { name }).locator(".part-value").allInnerTexts()).map((text) => parseInt(text, 10));
    assert.deepEqual(await values("What answers come to"), replies.outcomes.map((each) => each.messages));
    assert.deepEqual(await values("How the assistant behaves"), replies.behaviours.map((each) => each.messages));
    assert.deepEqual(noted, []);
    await context.close();
  },

  async "three clicks lead from a bar to the words in a message that made it so"() {
    const { context, page, noted } = await opened();
    await signIn(page, env.ADMIN_KEY);
    await page.getByRole("region", { name: "Outcomes" }).waitFor();
    const flags = page.getByRole("region", { name: "Flags" });
    await flags.getByRole("link", { name: "Frustrated user" }).click();
    await heading(page, "Conversations");
    await page.locator("a.open").first().click();
    await heading(page, /Conversation/);
    const message = page.locator(".message.user").filter({ hasText: "Frustrated user" }).first();
    await message.getByRole("button", { name: "Why?" }).click();
    await message.locator("mark.bad").first().waitFor();
    await page.locator(".bar .slot").count();
    await page.getByRole("button", { name: "Go to the first bad turn" }).click();
    assert.ok(await page.locator(".first-bad").evaluate((element) => element === document.activeElement));
    assert.deepEqual(noted, []);
    await context.close();
  },

  async "a bar of a day opens the conversations of that day"() {
    const { context, page } = await opened();
    await signIn(page, env.ADMIN_KEY);
    const bars = page.locator(".chart .bar");
    await bars.last().click();
    await heading(page, "Conversations");
    const query = new URL(page.url()).searchParams;
    const day = new Date().toISOString().slice(0, 10);
    assert.deepEqual([query.get("from"), query.get("to")], [day, day]);
    const { conversations } = await api(`/v1/insights/conversations?chatbotId=${env.CHATBOT_ID}&from=${day}&to=${day}&limit=50`);
    await page.locator("a.open").first().waitFor();
    assert.equal(await page.locator("a.open").count(), conversations.length);
    await context.close();
  },

  async "figures of answers, of labels and of hours open the conversations behind them"() {
    const { context, page, noted } = await opened();
    await signIn(page, env.ADMIN_KEY);
    const behind = async () => {
      await heading(page, "Conversations");
      const query = new URL(page.url()).searchParams;
      query.set("chatbotId", env.CHATBOT_ID);
      const { conversations } = await api(`/v1/insights/conversations?${query}&limit=50`);
      await page.locator("a.open").first().waitFor();
      assert.equal(await page.locator("a.open").count(), conversations.length);
      return conversations.length;
    };
    const cell = page.locator(".heatmap a.heat").first();
    const counted = Number(await cell.textContent());
    await cell.click();
    assert.equal(await behind(), counted);
    await page.goto(ROOT);
    await page.locator(".tile", { has: page.getByText("Negative share") }).getByRole("link").click();
    assert.ok((await behind()) > 0);
    await page.goto(`${ROOT}/quality`);
    for (const name of ["What answers come to", "How the assistant behaves"]) {
      await page.goto(`${ROOT}/quality`);
      const rows = page.getByRole("region", { name }).locator("li");
      await rows.first().waitFor();
      const values = (await rows.locator(".part-value").allInnerTexts()).map((text) => parseInt(text, 10));
      await rows.nth(values.findIndex((value) => value > 0)).getByRole("link").click();
      assert.ok((await behind()) > 0);
    }
    assert.deepEqual(noted, []);
    await context.close();
  },

  async "a conversation is analysed again, and what it shows comes by itself"() {
    const { context, page, noted } = await opened();
    await signIn(page, env.ADMIN_KEY);
    const { conversations } = await api(`/v1/insights/conversations?chatbotId=${env.CHATBOT_ID}&flag=frustrated_user&limit=1`);
    await page.goto(`${ROOT}/conversations/${conversations[0].id}`);
    await page.getByRole("button", { name: "Analyse again" }).click();
    await page.getByRole("button", { name: "Waiting for its analysis" }).waitFor();
    await page.getByRole("button", { name: "Analyse again" }).waitFor({ timeout: 60_000 });
    const headers = { authorization: `Bearer ${env.INGEST_KEY}`, "content-type": "application/json" };
    const body = { conversationId: conversations[0].externalId, messages: [{ id: "later", role: "user", content: "One thing more." }] };
    assert.ok((await fetch(`${env.BASE_URL}/v1/capture`, { method: "POST", headers, body: JSON.stringify(body) })).ok);
    await page.locator(".message", { hasText: "One thing more." }).waitFor({ timeout: 90_000 });
    assert.deepEqual(noted, []);
    await context.close();
  },

  async "an export is of all that the filters leave"() {
    const { context, page, noted } = await opened();
    await signIn(page, env.ADMIN_KEY);
    await page.goto(`${ROOT}/conversations?flag=frustrated_user`);
    await page.locator("a.open").first().waitFor();
    await page.getByText("Export", { exact: true }).click();
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "CSV" }).click()]);
    const lines = (await readFile(await download.path(), "utf8")).trim().split("\r\n");
    const { conversations } = await api(`/v1/insights/conversations?chatbotId=${env.CHATBOT_ID}&flag=frustrated_user&limit=100`);
    assert.equal(download.suggestedFilename(), "conversations.csv");
    assert.equal(lines.length, 1 + conversations.length);
    assert.deepEqual(noted, []);
    await context.close();
  },

  async "filters are in the address, and a linked view shows the same"() {
    const { context, page } = await opened();
    await signIn(page, env.ADMIN_KEY);
    await page.getByRole("link", { name: "Conversations", exact: true }).click();
    await heading(page, "Conversations");
    await page.getByRole("button", { name: "More filters" }).click();
    await page.getByRole("combobox", { name: "Sentiment overall" }).selectOption("Negative");
    await page.waitForURL(/label=Negative/);
    const { conversations } = await api(`/v1/insights/conversations?chatbotId=${env.CHATBOT_ID}&label=Negative&limit=50`);
    assert.ok(conversations.length > 0);
    const link = page.url();
    await page.goto("about:blank");
    await page.goto(link);
    await page.locator("a.open").first().waitFor();
    assert.equal(await page.locator("a.open").count(), conversations.length);
    assert.equal(await page.getByRole("combobox", { name: "Sentiment overall" }).inputValue(), "Negative");
    await page.getByLabel("Search").fill("nobody has this name");
    await page.getByLabel("Search").press("Enter");
    await page.getByText("No analysed conversation matches").waitFor();
    await context.close();
  },

  async "what a hostile transcript says is text and does nothing"() {
    const { context, page, noted } = await opened();
    await signIn(page, env.ADMIN_KEY);
    await page.goto(`${ROOT}/conversations/${env.HOSTILE_ID}`);
    await heading(page, /Conversation/);
    await page.getByText("<script>window.hacked").first().waitFor();
    assert.equal(await page.evaluate(() => window.hacked), undefined);
    const links = await page.locator("main a").evaluateAll((all) => all.map((each) => each.protocol));
    assert.deepEqual([...new Set(links)].filter((each) => !/^https?:$/.test(each)), []);
    assert.ok((await page.locator("main").textContent()).length < 200_000, "a long text is cut");
    await page.getByRole("button", { name: /Show more of/ }).first().click();
    assert.equal(await page.locator("main img, main iframe, main script, main object").count(), 0);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing is too wide");
    assert.deepEqual(noted, []);
    await context.close();
  },

  async "a conversation of another tenant is not there"() {
    const { context, page } = await opened();
    await signIn(page, env.ADMIN_KEY);
    await page.goto(`${ROOT}/conversations/${env.STRANGER_ID}`);
    await heading(page, "There is no such conversation");
    await page.goto(`${ROOT}/overview?chatbot=00000000-0000-4000-8000-000000000009`);
    await heading(page, "There is nothing here");
    await context.close();
  },

  async "the keyboard alone goes through a transcript"() {
    const { context, page } = await opened();
    await signIn(page, env.ADMIN_KEY);
    await page.keyboard.press("Tab");
    const { conversations } = await api(`/v1/insights/conversations?chatbotId=${env.CHATBOT_ID}&flag=frustrated_user&limit=1`);
    await page.goto(`${ROOT}/conversations/${conversations[0].id}`);
    await page.locator(".message").first().waitFor();
    await page.waitForFunction(() => document.activeElement?.tagName === "H1");
    for (const [key, place] of [["j", 0], ["j", 1], ["k", 0]]) {
      await page.keyboard.press(key);
      const focused = await page.locator(".message").evaluateAll((all) => all.indexOf(document.activeElement));
      assert.equal(focused, place);
    }
    await page.goto(`${ROOT}/conversations?flag=frustrated_user`);
    await page.locator("a.open").first().press("Enter");
    await page.locator(".message").first().waitFor();
    const first = await page.getByRole("heading", { level: 1 }).textContent();
    const next = (await api(`/v1/insights/conversations?chatbotId=${env.CHATBOT_ID}&flag=frustrated_user&limit=2`)).conversations[1];
    await page.getByRole("link", { name: "Next" }).waitFor();
    for (let each = await page.locator(".message").count(); each >= 0; each--) await page.keyboard.press("j");
    await heading(page, `Conversation ${next.externalId}`);
    await page.waitForFunction(() => document.activeElement?.tagName === "H1");
    await page.getByRole("link", { name: "Previous" }).waitFor();
    await page.keyboard.press("k");
    await heading(page, first);
    await context.close();
  },

  async "settings: a key is made, shown once, and revoked"() {
    const { context, page, noted } = await opened();
    await signIn(page, env.ADMIN_KEY);
    await page.goto(`${ROOT}/settings/keys`);
    await page.getByLabel("Name").fill("made in the browser");
    await page.getByRole("button", { name: "Make it" }).click();
    const secret = (await page.getByLabel("secret", { exact: true }).textContent()).trim();
    assert.match(secret, /^ob_live_[0-9a-f]{32}$/);
    const used = await fetch(`${env.BASE_URL}/api/v1/conversations`, { headers: { authorization: `Bearer ${secret}` } });
    assert.equal(used.status, 200);
    await page.reload();
    await page.getByRole("rowheader", { name: "made in the browser" }).waitFor();
    assert.ok(!(await page.content()).includes(secret));
    await page.getByRole("button", { name: "Revoke made in the browser" }).click();
    await page.getByRole("button", { name: "Revoke it" }).click();
    await page.getByRole("rowheader", { name: "made in the browser" }).waitFor({ state: "detached" });
    assert.ok(!(await api("/api/v1/keys")).some((key) => key.name === "made in the browser"));
    assert.deepEqual(noted, []);
    await context.close();
  },

  async "a key that reads sees no settings"() {
    const { context, page } = await opened();
    await signIn(page, env.READ_KEY);
    await page.getByRole("link", { name: "Settings" }).click();
    await page.getByText("need a key of the role admin").waitFor();
    await context.close();
  },

  async "no page has a serious fault of accessibility, in both themes, wide and narrow"() {
    const { conversations } = await api(`/v1/insights/conversations?chatbotId=${env.CHATBOT_ID}&flag=frustrated_user&limit=1`);
    const users = await api(`/v1/insights/users?chatbotId=${env.CHATBOT_ID}&limit=1`);
    const paths = [...PAGES, `conversations/${conversations[0].id}`, `users/${encodeURIComponent(users.users[0].id)}`, "conversations?view=latest", "conversations?view=words&words=refund"];
    paths.push(...SECTIONS.map((section) => `settings/${section}`), "nowhere");
    for (const colorScheme of ["light", "dark"]) {
      // The tool itself is no part of the page, so it is let past the page's policy.
      const { context, page } = await opened({ bypassCSP: true, colorScheme });
      await page.goto(ROOT);
      await heading(page, "Sign in");
      await audited(page, `sign in, ${colorScheme}`);
      await signIn(page, env.ADMIN_KEY);
      for (const path of paths) {
        await page.goto(`${ROOT}/${path}`);
        await page.getByRole("heading", { level: 1 }).waitFor();
        await page.locator(".waiting").first().waitFor({ state: "detached" });
        for (const why of (await page.getByRole("button", { name: "Why?" }).all()).slice(0, 1)) await why.click();
        await page.setViewportSize({ width: 1280, height: 900 });
        await audited(page, `${path}, ${colorScheme}`);
        await page.setViewportSize({ width: 320, height: 700 });
        const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(over <= 0, `${path} is ${over} px too wide at 320`);
      }
      await context.close();
    }
  },

  async "signing out ends the session, here and in the API"() {
    const { context, page } = await opened();
    await signIn(page, env.ADMIN_KEY);
    const cookies = await context.cookies();
    await page.getByRole("button", { name: "Sign out" }).click();
    await heading(page, "Sign in");
    assert.deepEqual(await context.cookies(), []);
    await context.addCookies(cookies);
    await page.goto(ROOT);
    await heading(page, "Sign in");
    await context.close();
  },
};

async function audited(page, name) {
  await page.evaluate(AXE);
  const found = await page.evaluate(() => window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
  const serious = found.violations.filter((each) => ["serious", "critical"].includes(each.impact));
  const told = serious.map((each) => `${each.id}: ${each.nodes.slice(0, 3).map((node) => `${node.html.slice(0, 160)} ${node.any[0]?.message ?? ""}`).join(" | ")}`);
  assert.deepEqual(told, [], name);
}

let failed = 0;
for (const [name, check] of Object.entries(checks).filter(([name]) => !env.ONLY || name.includes(env.ONLY))) {
  try {
    await check();
    process.stdout.write(`ok: ${name}\n`);
  } catch (error) {
    failed += 1;
    process.stdout.write(`FAILED: ${name}\n${error.stack}\n`);
  }
}
await browser.close();
process.stdout.write(failed ? `${failed} failed\n` : "all passed\n");
process.exit(failed ? 1 : 0);

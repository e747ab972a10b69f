// Pictures of a running stack that has the demo's conversations (`make run`, `make demo`).
//
//   node e2e/pictures.mjs <address> <key> <folder>          those of the documentation
//   node e2e/pictures.mjs <address> <key> <folder> --all    every page in both themes at three widths, to look at
import { mkdir } from "node:fs/promises";
import { chromium } from "playwright-core";

const [base, key, folder, all] = process.argv.slice(2);
const WIDTHS = [320, 768, 1440];
const PAGES = ["overview", "conversations", "topics", "users", "organizations", "quality", ...["chatbots", "keys", "taxonomy", "fields", "analyzer", "privacy", "responder", "audit", "health"].map((each) => `settings/${each}`)];
const WEEK = "overview?days=7";

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
await mkdir(folder, { recursive: true });

/** A browser that is signed in. */
async function opened(colorScheme, options = {}) {
  const context = await browser.newContext({ colorScheme, reducedMotion: "reduce", timezoneId: "UTC", locale: "en-GB", viewport: { width: 1280, height: 860 }, ...options });
  const page = await context.newPage();
  page.on("pageerror", (error) => process.stdout.write(`error: ${error.message}\n`));
  await page.goto(`${base}/dashboard`);
  await page.getByLabel("API key").fill(key);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Overview", level: 1 }).waitFor();
  return { context, page };
}

async function shown(page, path) {
  await page.goto(`${base}/dashboard/${path}`);
  await page.waitForLoadState("networkidle");
  await page.locator(".waiting").first().waitFor({ state: "detached" });
}

/** The conversation that has the most to see: the saddest of the latest. */
async function saddest() {
  const headers = { authorization: `Bearer ${key}` };
  const session = await (await fetch(`${base}/v1/session`, { headers })).json();
  const answer = await fetch(`${base}/v1/insights/conversations?chatbotId=${session.chatbots[0].id}&limit=100`, { headers });
  const rows = (await answer.json()).conversations.filter((row) => row.flags.length > 0);
  return `conversations/${rows.sort((a, b) => a.avgSentiment - b.avgSentiment)[0].id}`;
}

async function ofTheDocumentation() {
  const transcript = await saddest();
  for (const theme of ["light", "dark"]) {
    const { context, page } = await opened(theme);
    await shown(page, WEEK);
    await page.screenshot({ path: `${folder}/overview-${theme}.png` });
    await context.close();
  }
  const { context, page } = await opened("light");
  await shown(page, transcript);
  for (const why of (await page.locator(".message.user").getByRole("button", { name: "Why?" }).all()).slice(1, 2)) await why.click();
  await page.locator(".message.user").nth(1).scrollIntoViewIfNeeded();
  await page.evaluate(() => (scrollTo(0, 0), document.activeElement?.blur()));
  await page.screenshot({ path: `${folder}/transcript.png` });
  await context.close();
}

async function ofEverything() {
  const paths = [...PAGES, await saddest(), WEEK, "conversations?view=latest", "conversations?reply=deflected"];
  for (const theme of ["light", "dark"]) {
    const { context, page } = await opened(theme);
    for (const path of paths) {
      await shown(page, path);
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 });
        await page.waitForTimeout(100);
        const name = path.replace(/[/?=]/g, "-");
        await page.screenshot({ path: `${folder}/${name}-${theme}-${width}.png`, fullPage: true });
        const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        if (over > 0) process.stdout.write(`${name} at ${width}: ${over} px too wide\n`);
      }
    }
    await context.close();
  }
}

await (all === "--all" ? ofEverything() : ofTheDocumentation());
await browser.close();

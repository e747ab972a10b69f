// Pictures of every page, of a running stack: node e2e/pictures.mjs <base address> <key> <folder> [page …]
import { mkdir } from "node:fs/promises";
import { chromium } from "playwright-core";

const [base, key, folder, ...only] = process.argv.slice(2);
const WIDTHS = [320, 768, 1280];
const PAGES = ["overview", "conversations", "transcript", "topics", "users", "organizations", "quality", "settings", "signin"];
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";

const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
await mkdir(folder, { recursive: true });
const chatbot = (await (await fetch(`${base}/v1/session`, { headers: { authorization: `Bearer ${key}` } })).json()).chatbots[0].id;
for (const scheme of ["light", "dark"]) {
  const context = await browser.newContext({ colorScheme: scheme, reducedMotion: "reduce" });
  const page = await context.newPage();
  page.on("console", (message) => message.type() === "error" && console.log("console:", message.text()));
  page.on("pageerror", (error) => console.log("page error:", error.message));
  for (const name of only.length ? only : PAGES) {
    if (name === "signin") await context.clearCookies();
    else if (!(await context.cookies()).length) {
      await page.goto(`${base}/dashboard`);
      await page.getByLabel("API key").fill(key);
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByRole("heading", { name: "Overview" }).waitFor();
    }
    let path = name === "signin" ? "overview" : name;
    if (name === "transcript") path = `conversations/${await conversation(chatbot)}`;
    await page.goto(`${base}/dashboard/${path}${path.includes("?") ? "" : "?days=182"}`);
    await page.waitForLoadState("networkidle").catch(() => undefined);
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 });
      await page.waitForTimeout(150);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (over > 0) console.log(`${name} ${width}: ${over} px too wide`);
      await page.screenshot({ path: `${folder}/${name.replaceAll("/", "-")}-${scheme}-${width}.png`, fullPage: true });
    }
  }
  await context.close();
}
await browser.close();

/** The conversation of the demo data that has the most to see: the saddest of some. */
async function conversation(chatbotId) {
  const answer = await fetch(`${base}/v1/insights/conversations?chatbotId=${chatbotId}&limit=100`, { headers: { authorization: `Bearer ${key}` } });
  const rows = (await answer.json()).conversations;
  rows.sort((a, b) => (a.avgSentiment ?? 0) - (b.avgSentiment ?? 0));
  return rows[0]?.id ?? "none";
}

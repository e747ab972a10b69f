// Builds the dashboard: `node build.mjs <folder>` writes hashed, packed files and their manifest; `--tests` the tests.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const ROOT = "/dashboard";
const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};
const COMMON = { bundle: true, format: "esm", target: "es2022", jsx: "automatic", jsxImportSource: "preact" };

async function tests() {
  await rm("node_modules/.tests", { recursive: true, force: true });
  const files = (await readdir("tests")).filter((name) => /\.test\.tsx?$/.test(name));
  // Below the packages, so that those that are not bundled are found.
  const outdir = "node_modules/.tests";
  await build({
    ...COMMON,
    entryPoints: files.map((name) => join("tests", name)),
    outdir,
    platform: "node",
    external: ["happy-dom", "axe-core", "playwright-core"],
  });
}

async function page(outdir) {
  await mkdir(outdir, { recursive: true });
  const built = await build({
    ...COMMON,
    entryPoints: { app: "src/main.tsx", style: "src/style.css" },
    entryNames: "[name]-[hash]",
    outdir,
    minify: true,
    write: false,
    legalComments: "none",
  });
  const files = new Map(built.outputFiles.map((file) => [basename(file.path), Buffer.from(file.contents)]));
  const named = (begin) => [...files.keys()].find((name) => name.startsWith(begin));
  const icon = await readFile("src/icon.svg");
  files.set(`icon-${digest(icon).slice(0, 8)}.svg`, icon);
  const html = (await readFile("src/index.html", "utf8"))
    .replaceAll("{script}", `${ROOT}/${named("app-")}`)
    .replaceAll("{style}", `${ROOT}/${named("style-")}`)
    .replaceAll("{icon}", `${ROOT}/${named("icon-")}`);
  files.set("index.html", Buffer.from(html));
  const manifest = {};
  for (const [name, content] of files) manifest[name] = await written(outdir, name, content);
  await writeFile(join(outdir, "manifest.json"), JSON.stringify(manifest, null, 1) + "\n");
  const first = Object.values(manifest).reduce((sum, entry) => sum + entry.sizes.br, 0);
  process.stdout.write(`first load: ${first} bytes packed\n`);
}

async function written(outdir, name, content) {
  const packed = {
    br: brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
    gzip: gzipSync(content, { level: 9 }),
  };
  await writeFile(join(outdir, name), content);
  const encodings = {};
  for (const [encoding, bytes] of Object.entries(packed)) {
    encodings[encoding] = `${name}.${encoding === "gzip" ? "gz" : encoding}`;
    await writeFile(join(outdir, encodings[encoding]), bytes);
  }
  return {
    file: name,
    type: TYPES[extname(name)],
    etag: `"${digest(content).slice(0, 32)}"`,
    hashed: name !== "index.html",
    encodings,
    sizes: { identity: content.length, br: packed.br.length, gzip: packed.gzip.length },
  };
}

function digest(content) {
  return createHash("sha256").update(content).digest("hex");
}

if (process.argv[2] === "--tests") await tests();
else await page(process.argv[2] ?? "../functions/dashboard/static");

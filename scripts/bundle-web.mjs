// Turns the optimised wasm files, their bindings, the labels and the style sheets into target/site: files named by their
// content, each beside its brotli and gzip copy, and pkg/manifest.json naming them.
// Usage: node scripts/bundle-web.mjs <folder with guanxi.js, guanxi_bg.wasm and the files split off> <site folder>
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join, resolve } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { inParts, readLabels } from "./labels.mjs";
import { packWasm } from "./pack-wasm.mjs";
import { renameWasm } from "./rename-wasm.mjs";

const root = resolve(import.meta.dirname, "..");
const esbuild = createRequire(join(root, "end2end/package.json"))("esbuild");
const [bindings, site] = process.argv.slice(2).map((path) => resolve(path));
const pkg = join(site, "pkg");

// Fonts and pictures in style sheets are addressed as the server serves them: left alone.
const servedAddresses = {
  name: "served-addresses",
  setup: (build) => build.onResolve({ filter: /^\// }, ({ kind }) => (kind === "url-token" ? { external: true } : undefined)),
};

// The splitter's own loader fetches its files one by one.
const splitFiles = {
  name: "split-files",
  setup: (build) => build.onLoad({ filter: /__wasm_split\.js$/ }, () => ({ contents: loader, resolveDir: bindings })),
};

mkdirSync(pkg, { recursive: true });
const { addresses: chunks, script: loader } = packWasm(bindings, (bytes) => publish("bin", bytes));
const labels = Object.fromEntries(Object.entries(readLabels(join(root, "shared/labels")))
  .map(([language, texts]) => [language, inParts(texts).map((part) => publish("json", Buffer.from(JSON.stringify(part))))]));
const [css, later_css] = await Promise.all(["main", "later"].map(async (name) => publish("css", (await bundle(join(root, `style/${name}.css`), {})).content)));
// Twice: the first time only to learn the short names, which the module must have before it has an address itself.
const { names } = await bundleScript("", {});
const wasm = publish("wasm", renameWasm(readFileSync(join(bindings, "guanxi_bg.wasm")), names));
const js = publish("js", (await bundleScript(wasm, names)).content);
// The public pages load nothing of the application.
const portal = {
  js: publish("js", (await bundle(join(root, "scripts/portal.js"), { format: "esm" })).content),
  css: publish("css", (await bundle(join(root, "style/portal.css"), {})).content),
};
writeFileSync(join(pkg, "manifest.json"), `${JSON.stringify({ js, wasm, css, later_css, labels, chunks, portal }, null, 2)}\n`);
const published = [js, wasm, css, later_css, ...Object.values(labels).flat(), ...Object.values(chunks), ...Object.values(portal)];
dropAllBut(published.map((address) => basename(address)));
copyStatics();

function bundleScript(wasm, names) {
  return bundle(join(root, "scripts/boot.js"), {
    alias: { "guanxi-bindings": join(bindings, "guanxi.js") },
    define: { GUANXI_WASM: JSON.stringify(wasm), GUANXI_LABELS: JSON.stringify(labels), GUANXI_LATER_STYLE: JSON.stringify(later_css) },
    plugins: [splitFiles],
    format: "esm",
    // wasm-bindgen's imports end in a hash, its exported closures are mangled Rust names.
    mangleProps: /_[0-9a-f]{16}$|^_ZN/,
    mangleCache: names,
  });
}

// What esbuild makes of an entry, and the names that it shortened.
async function bundle(entry, options) {
  const result = await esbuild.build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    legalComments: "none",
    logLevel: "warning",
    // The bindings name the loader of the split files once for each of its functions.
    logOverride: { "duplicate-object-key": "silent" },
    // Every browser that the tests and the README name knows nesting, layers and oklch: nothing is rewritten.
    target: "esnext",
    plugins: [servedAddresses],
    write: false,
    ...options,
  });
  return { content: Buffer.from(result.outputFiles[0].contents), names: result.mangleCache };
}

// Writes one file and its compressed copies, unless this very content is there already (brotli at its best takes
// seconds); gives its address.
function publish(kind, content) {
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 16);
  const name = `guanxi.${hash}.${kind}`;
  const path = join(pkg, name);
  if (!existsSync(`${path}.gz`)) {
    writeFileSync(path, content);
    writeCompressed(path, content);
  }
  return `/pkg/${name}`;
}

// The gzip copy comes last: it says that all three are complete.
function writeCompressed(path, content) {
  const quality = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
  writeFileSync(`${path}.br`, brotliCompressSync(content, { params: quality }));
  writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
}

function dropAllBut(names) {
  const kept = (file) => file === "manifest.json" || names.some((name) => file.startsWith(name));
  readdirSync(pkg).filter((file) => !kept(file)).forEach((file) => rmSync(join(pkg, file)));
}

// Icons, the web manifest and the like keep their names; they are small or already compressed.
function copyStatics() {
  const statics = join(root, "assets");
  if (existsSync(statics)) cpSync(statics, site, { recursive: true });
}

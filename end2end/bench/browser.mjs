// What `make bench` measures in a browser: first load on a mid-range phone, a drag on the big board, a long queue of tickets
// against a short one, memory after many live updates. Usage: node browser.mjs <base address> <session cookie> <pipeline id>
// <long queue>:<its tickets> <short queue>:<its tickets>. Prints one JSON object a line.
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { existsSync } from "node:fs";
import lighthouse from "lighthouse";

// Playwright belongs to the browser tests, one folder up.
const { chromium } = createRequire(new URL("../package.json", import.meta.url))("@playwright/test");
const [base, cookie, pipeline, ...queues] = process.argv.slice(2);
const board = `${base}/pipeline?pipeline=${pipeline}`;

/** Lighthouse runs; their scores vary by a point or two. */
const RUNS = 3;
/** Drags that are timed. */
const DRAGS = 20;
/** An hour of a team that changes a deal each second. */
const UPDATES = 3_600;
/** Changes sent at once. */
const BATCH = 60;
/** Frames during which a queue is scrolled. */
const SCROLLED = 240;
/** Updates of tickets that are seen. */
const CHANGED = 120;

const say = (what, unit, figures, aim) => console.log(JSON.stringify({ what, unit, figures, ...aim }));

function program() {
  const all = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-headless-shell"];
  return all.find((path) => path && existsSync(path));
}

const port = 9_300 + (process.pid % 600);
const browser = await chromium.launch({
  executablePath: program(),
  args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", `--remote-debugging-port=${port}`],
});

async function open(address = board, shown = ".lane .card") {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "en-US" });
  const [name, value] = cookie.split("=");
  await context.addCookies([{ name, value, url: base }]);
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  await page.goto(address);
  await page.locator(shown).first().waitFor();
  await page.evaluate(() => {
    window.busy = [];
    new PerformanceObserver((list) => window.busy.push(...list.getEntries().map((entry) => entry.duration))).observe({ type: "longtask" });
    // Lengths of frames from now on, until the function given back is called.
    window.watchFrames = () => {
      const frames = [];
      let [last, on] = [performance.now(), true];
      const next = (now) => {
        frames.push(now - last);
        last = now;
        if (on) requestAnimationFrame(next);
      };
      requestAnimationFrame(next);
      return () => {
        on = false;
        return frames.slice(1);
      };
    };
  });
  return page;
}

// The first load as Lighthouse sees it: a slow phone, a slow network, nothing in the cache.
async function firstLoad() {
  const kept = { performance: [], accessibility: [], "best-practices": [] };
  const times = { "first-contentful-paint": [], "largest-contentful-paint": [], interactive: [], "total-blocking-time": [] };
  let files = [];
  for (let run = 0; run < RUNS; run += 1) {
    const options = { port, output: "json", logLevel: "error", onlyCategories: Object.keys(kept), extraHeaders: { Cookie: cookie } };
    const { lhr } = await lighthouse(board, options);
    if (lhr.runtimeError) throw new Error(lhr.runtimeError.message);
    for (const category of Object.keys(kept)) kept[category].push(Math.round(lhr.categories[category].score * 100));
    for (const audit of Object.keys(times)) times[audit].push(lhr.audits[audit].numericValue);
    files = lhr.audits["network-requests"].details.items;
    if (run === 0) faults(lhr);
  }
  say("Lighthouse, performance", "points", kept.performance, { at_least: 95 });
  say("Lighthouse, accessibility", "points", kept.accessibility, { at_least: 100 });
  say("Lighthouse, best practices", "points", kept["best-practices"], { at_least: 100 });
  for (const [audit, figures] of Object.entries(times)) say(`first load, ${audit.replaceAll("-", " ")}`, "ms", figures, {});
  weigh(files);
}

// What Lighthouse finds wrong; to the people who run it, not into the report.
function faults({ categories, audits }) {
  for (const category of Object.values(categories)) {
    for (const { id, weight } of category.auditRefs) {
      const { score, title, displayValue } = audits[id];
      if (weight > 0 && score !== null && score < 0.9) console.error(`Lighthouse ${category.id}: ${title} ${displayValue ?? ""}`);
    }
  }
}

// What the code of the first load weighs as sent; fonts, pictures and data are not code.
function weigh(files) {
  const code = files.filter(({ url }) => url.includes("/pkg/") && /\.(wasm|js|css|json)$/.test(url));
  for (const { url, transferSize } of code) console.error(`first load: ${(transferSize / 1000).toFixed(1)} kB ${new URL(url).pathname}`);
  const sum = code.reduce((sum, { transferSize }) => sum + transferSize, 0);
  say("first load, code as sent", "kB", [sum / 1000], { at_most: 350 });
}

// A page shows before it answers: it is taken over when a menu opens.
async function takenOver(page) {
  const menu = page.locator(".menu-list:popover-open");
  do await page.getByRole("button", { name: /saved|view/i }).first().click();
  while (!(await menu.waitFor({ timeout: 1_000 }).then(() => true, () => false)));
  await page.keyboard.press("Escape");
}

// A card dragged to the next column, back and forth: how long the page was busy, how even the frames came, how soon after
// the drop the card is where it belongs.
async function drags() {
  const page = await open();
  await takenOver(page);
  await page.evaluate(() => window.busy.splice(0));
  const lanes = await page.locator(".lane[data-stage]").evaluateAll((all) => all.map((lane) => lane.dataset.stage));
  const [drops, frames] = [[], []];
  for (let n = 0; n < DRAGS; n += 1) {
    const [from, to] = [lanes[n % 2], lanes[(n + 1) % 2]].map((stage) => page.locator(`.lane[data-stage="${stage}"]`));
    const dragged = from.locator(".card").first();
    const id = await dragged.getAttribute("data-id");
    const [card, goal] = [await dragged.boundingBox(), await to.locator(".lane-cards").boundingBox()];
    await page.mouse.move(card.x + 40, card.y + 60);
    await page.evaluate(() => (window.seen = window.watchFrames()));
    await page.mouse.down();
    await page.mouse.move(card.x + 50, card.y + 66, { steps: 3 });
    await page.mouse.move(goal.x + goal.width / 2, goal.y + 20, { steps: 30 });
    await page.locator(".card-placeholder").waitFor();
    const there = `.lane[data-stage="${await to.getAttribute("data-stage")}"] .card[data-id="${id}"]`;
    // From just before the drop.
    const dropped = page.evaluate((there) => {
      const at = performance.now();
      return new Promise((done) => {
        const look = () => (document.querySelector(there) ? done(performance.now() - at) : requestAnimationFrame(look));
        look();
      });
    }, there);
    await page.mouse.up();
    drops.push(await dropped);
    frames.push(...(await page.evaluate(() => window.seen())));
    await page.waitForFunction(() => !document.querySelector(".card[data-pending]"));
  }
  const busy = await page.evaluate(() => window.busy);
  say("drop to the card in its new place", "ms", drops, {});
  say("frame while a card is dragged", "ms", frames, {});
  say("longest task while cards are moved", "ms", [Math.max(0, ...busy)], { at_most: 100 });
  await page.context().close();
}

// Memory of the page's process, MiB: what its script, its wasm and its documents hold together.
function memory() {
  const processes = execFileSync("ps", ["-eo", "pid,ppid,rss,args"], { encoding: "utf8" }).split("\n");
  const mine = processes.filter((line) => line.includes("--type=renderer"));
  return Math.max(...mine.map((line) => Number(line.trim().split(/\s+/)[2]))) / 1024;
}

async function apply(page, command) {
  const data = { command: { ...command, all_or_nothing: true } };
  const answer = await page.context().request.post(`${base}/api/fn/apply`, { data, headers: { origin: base } });
  if (!answer.ok()) throw new Error(`${answer.status()} ${await answer.text()}`);
}

// A queue with all its tickets loaded, scrolled up and down; then tickets change that are seen.
async function queue(id, count) {
  const page = await open(`${base}/desk?view=queue-${id}`, ".ticket-row");
  const rows = page.locator(".desk-rows");
  const height = () => rows.evaluate((element) => element.scrollHeight);
  // More comes when the end comes into view; what is loaded shows in how far one can scroll.
  const one = await page.locator(".ticket-row").first().evaluate((row) => row.getBoundingClientRect().height);
  await rows.hover();
  while ((await height()) < one * count * 0.99) {
    const before = await height();
    await rows.evaluate((element) => element.scrollTo(0, element.scrollHeight));
    await page.waitForFunction((before) => document.querySelector(".desk-rows").scrollHeight > before, before);
  }
  await page.evaluate(() => window.busy.splice(0));
  const scrolled = await rows.evaluate((element, length) => {
    const stop = window.watchFrames();
    return new Promise((done) => {
      let [frame, by] = [0, -400];
      const next = () => {
        const before = element.scrollTop;
        element.scrollBy(0, by);
        if (element.scrollTop === before) by = -by;
        frame += 1;
        if (frame < length) requestAnimationFrame(next);
        else done(stop());
      };
      requestAnimationFrame(next);
    });
  }, SCROLLED);
  const scrolling = await page.evaluate(() => Math.max(0, ...window.busy.splice(0)));

  await rows.evaluate((element) => element.scrollTo(0, 0));
  await page.waitForFunction(() => new Promise((done) => requestIdleCallback(() => done(true))));
  const ids = await page.locator(".ticket-row").evaluateAll((all) => all.slice(0, 10).map((row) => row.dataset.id));
  await page.evaluate(() => (window.seen = window.watchFrames()));
  for (let n = 0; n < CHANGED; n += 1) {
    // Not what the queue is ordered by: what is changed has to stay in view.
    const values = { subject: `Changed ${n}`, kind: ["request", "complaint"][n % 2] };
    await apply(page, { record_type: "ticket", changes: [{ do: "update", id: ids[n % ids.length], values }] });
  }
  await page.locator(".ticket-row").filter({ hasText: `Changed ${CHANGED - 1}` }).waitFor();
  const updated = await page.evaluate(() => window.seen());
  const updating = await page.evaluate(() => Math.max(0, ...window.busy.splice(0)));
  await page.context().close();
  return { scrolled, scrolling, updated, updating };
}

// Against a short one: how many tickets wait must not be felt.
async function longQueue() {
  const [[long, count], [short, few]] = queues.map((queue) => queue.split(":"));
  const [many, hundred] = [await queue(long, Number(count)), await queue(short, Number(few))];
  const what = `a queue of ${count} over one of ${few}`;
  say(`frame while scrolling ${what}`, "ms", many.scrolled, { baseline: hundred.scrolled, at_most: 1.5 });
  say(`longest task while scrolling a queue of ${count}`, "ms", [many.scrolling], { at_most: 100 });
  say(`frame while tickets change, ${what}`, "ms", many.updated, { baseline: hundred.updated, at_most: 1.5 });
  say(`longest task while tickets of a queue of ${count} change`, "ms", [many.updating], { at_most: 100 });
  say(`longest task while tickets of a queue of ${few} change`, "ms", [hundred.updating], {});
}

async function liveUpdates() {
  const page = await open();
  const session = await page.context().newCDPSession(page);
  const measure = async () => {
    await session.send("HeapProfiler.collectGarbage");
    const { nodes, jsEventListeners } = await session.send("Memory.getDOMCounters");
    return { memory: memory(), nodes, jsEventListeners };
  };
  const stages = await page.locator(".lane[data-stage]").evaluateAll((all) => all.map((lane) => lane.dataset.stage).slice(0, 2));
  const ids = await page.locator(`.lane[data-stage="${stages[0]}"] .card`).evaluateAll((all) => all.slice(0, 10).map((card) => card.dataset.id));
  const move = async (n) => {
    const changes = [{ do: "update", id: ids[n % ids.length], values: { stage_id: stages[Math.floor(n / ids.length) % 2], rank: "top" } }];
    await apply(page, { record_type: "opportunity", changes });
  };
  const moves = async (from, to) => {
    for (let n = from; n < to; n += BATCH) await Promise.all(Array.from({ length: Math.min(BATCH, to - n) }, (_, i) => move(n + i)));
    await page.waitForFunction(() => new Promise((done) => requestIdleCallback(() => done(true))));
  };
  // Grown caches and compiled code are not what leaks.
  await moves(0, UPDATES / 10);
  const before = await measure();
  await moves(UPDATES / 10, UPDATES);
  const after = await measure();
  say("memory of a page with the board open", "MiB", [before.memory], {});
  say("its growth by an hour of live updates", "MiB", [after.memory - before.memory], {});
  say("nodes left behind by an hour of updates", "", [after.nodes - before.nodes], {});
  await page.context().close();
}

try {
  await firstLoad();
  await drags();
  await longQueue();
  await liveUpdates();
} finally {
  await browser.close();
}

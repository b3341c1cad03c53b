import { defineConfig, devices } from "@playwright/test";
import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

// GUANXI_E2E_URL tests a server that already runs. Otherwise one is started in demo mode: on
// DATABASE_URL, which should be empty, or on an embedded Postgres in a new temporary folder.
const running = process.env.GUANXI_E2E_URL;
const port = process.env.GUANXI_E2E_PORT ?? "3199";
const baseURL = running ?? `http://127.0.0.1:${port}`;
const chromium = ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"].find((path) => existsSync(path));
const target = resolve(import.meta.dirname, "..", process.env.CARGO_TARGET_DIR ?? "target");

// Workers load this file too; only the first process starts the server and needs the folder.
const data = () => process.env.GUANXI_E2E_DATA ??= mkdtempSync(join(tmpdir(), "guanxi-e2e-"));

export default defineConfig({
  testDir: "tests",
  outputDir: "test-results",
  fullyParallel: true,
  forbidOnly: !!process.env.CI,
  // A test that only passes the second time is a bug to find, not to hide.
  retries: 0,
  workers: 2,
  // How long is waited for a condition says nothing about how fast the product is: a busy machine may rest for ten seconds.
  timeout: 120_000,
  expect: { timeout: 30_000 },
  reporter: [["list"], ["html", { open: "never", outputFolder: "report" }]],
  use: {
    baseURL,
    locale: "en-US",
    timezoneId: "Asia/Shanghai",
    screenshot: "only-on-failure",
    // What the page was like step by step, without the film of it, which takes a third of the time.
    trace: { mode: "retain-on-failure", screenshots: false },
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? chromium,
      args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
    },
  },
  projects: [
    { name: "desktop", use: { ...devices["Desktop Chrome"], viewport: { width: 1440, height: 900 } } },
    {
      name: "phone",
      // Specs about the phone, and those that say they hold on both sizes.
      grep: /@phone/,
      use: { ...devices["Pixel 7"], viewport: { width: 390, height: 844 } },
    },
  ],
  webServer: running
    ? undefined
    : {
        command: `exec ${target}/debug/guanxi serve --demo`,
        url: `${baseURL}/readyz`,
        env: { GUANXI_ADDR: `127.0.0.1:${port}`, GUANXI_DATA: data(), GUANXI_LOG: "warn" },
        timeout: 120_000,
        stdout: "pipe",
        gracefulShutdown: { signal: "SIGTERM", timeout: 20_000 },
      },
});

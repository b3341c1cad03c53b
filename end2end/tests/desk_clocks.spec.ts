// What the clocks of a ticket did is told among its changes: from it one can explain what was missed.
import { randomUUID } from "node:crypto";
import { call, create, expect, press, signIn, test } from "./product.js";

test("a missed target is explained by the history of its ticket @phone", async ({ page }) => {
  await signIn(page, "admin");
  const policy = `Gold ${randomUUID().slice(0, 8)}`;
  const queue = await create(page, "queue", { name: `Desk of ${policy}`, routing: "manual", public: false });
  await create(page, "sla_policy", { name: policy, queue_ids: [queue], resolution_minutes: 60 });
  const id = await create(page, "ticket", {
    subject: "Gate is stuck", queue_id: queue, kind: "request", status: "open", received_at: new Date(Date.now() - 5_400_000).toISOString(),
  });
  await page.goto(`/tickets/${id}`);
  await press(page.getByRole("button", { name: "Show changes" }), page.getByRole("button", { name: "Hide changes" }));
  const did = page.locator(".timeline-item[data-kind^=clock] .timeline-did");
  await expect(did).toHaveText(["target missed", "at risk", "clock started"]);
  const missed = page.locator(".timeline-item[data-kind=clock-late]");
  await expect(missed).toContainText("Solution");
  await expect(missed).toContainText(`1h by “${policy}” · due`);
  await expect(missed).toContainText("begun");
  expect(await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth)).toBe(false);

  // What happens while one looks is told without a reload.
  await call(page, "apply", { command: { record_type: "ticket", changes: [{ do: "update", id, values: { status: "solved" } }] } });
  await expect(did).toHaveText(["done too late", "target missed", "at risk", "clock started"]);
});

test("what a ticket that waits says of its clocks is what they do", async ({ page }) => {
  await signIn(page, "admin");
  const name = `Waits ${randomUUID().slice(0, 8)}`;
  const queue = await create(page, "queue", { name, routing: "manual", public: false });
  await create(page, "sla_policy", { name, queue_ids: [queue], first_response_minutes: 600, resolution_minutes: 60 });
  const received = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
  const clock = (kind: string) => page.locator(`.clock[data-clock=${kind}]`);
  for (const [minutes, solution] of [[10, "Paused"], [90, "Overdue"]] as const) {
    const id = await create(page, "ticket", { subject: "Which gate?", queue_id: queue, kind: "request", status: "open", received_at: received(minutes) });
    await call(page, "apply", { command: { record_type: "ticket", changes: [{ do: "update", id, values: { status: "waiting_customer" } }] } });
    await page.goto(`/tickets/${id}`);
    // Nobody has answered: that clock goes on, and says why.
    await expect(clock("first_response")).toHaveText(/^First answer, not given yet.*left$/);
    await expect(clock("resolution").locator(".badge")).toHaveText(solution);
  }
});

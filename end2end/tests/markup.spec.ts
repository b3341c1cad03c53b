// Whoever writes markup into a field writes a text: on no page does it become elements, be it stored or part of the address.
import { OwnServer } from "./own_server.js";
import { expect, test } from "./product.js";

const server = new OwnServer(3196);
const MARKUP = `"'><img src=gx-x onerror=window.gxHacked=1><script>window.gxHacked=1</script>`;
const TYPES: Record<string, string> = {
  organisations: "organisation", roles: "role", teams: "team", users: "user", tags: "tag", products: "product",
  pipelines: "pipeline", stages: "stage", customers: "customer", contacts: "contact", leads: "lead",
  opportunities: "opportunity", activities: "activity", tasks: "task", custom_fields: "custom_field",
  queues: "queue", categories: "category", tickets: "ticket", ticket_messages: "ticket_message", ticket_statuses: "ticket_status",
  ticket_rules: "ticket_rule", sla_policies: "sla_policy", business_calendars: "business_calendar", articles: "article",
  reply_templates: "reply_template", surveys: "survey", survey_responses: "survey_response",
};
const PAGES = ["", "desk", "tickets", "articles", "reports", "customers", "contacts", "leads", "opportunities", "products", "tasks", "pipeline", "pool", "import"];
const SETTINGS = ["profile", "users", "teams", "roles", "tags", "pipelines", "custom-fields", "audit", "organisation"];

type Schema = { $ref?: string; type?: string | string[]; enum?: string[]; format?: string; pattern?: string; maxLength?: number };
type Api = {
  paths: Record<string, { post?: { requestBody: { content: Record<string, { schema: Schema }> } } }>;
  components: { schemas: Record<string, Schema & { properties?: Record<string, Schema> }> };
};

test.describe.configure({ mode: "serial" });

test.beforeAll(async () => {
  test.setTimeout(180_000);
  await server.start("--demo");
});

test.afterAll(() => server.remove());

// The fields of a type that take any text.
function texts(api: Api, plural: string): [string, number][] {
  const body = api.paths[`/api/v1/${plural}`]?.post?.requestBody.content["application/json"]?.schema;
  const schema = api.components.schemas[body?.$ref?.split("/").at(-1) ?? ""];
  const free = (field: Schema) =>
    [field.type].flat().includes("string") && !field.enum && !field.format && !field.pattern;
  return Object.entries(schema?.properties ?? {}).flatMap(([name, field]) =>
    free(field) ? [[name, field.maxLength ?? 10_000] as [string, number]] : [],
  );
}

test("markup in any field and address stays text on every page", async ({ browser }) => {
  test.setTimeout(300_000);
  const cookie = await server.signIn();
  const api = (await (await server.get("/api/v1/openapi.json", cookie)).json()) as Api;
  const records: string[] = [];
  let written = 0;
  for (const [plural, record_type] of Object.entries(TYPES)) {
    const answer = await server.get(`/api/v1/${plural}?limit=1`, cookie);
    const id = ((await answer.json()) as { items?: { id: string }[] }).items?.[0]?.id;
    if (!id) continue;
    records.push(`${plural}/${id}`);
    for (const [name, length] of texts(api, plural)) {
      const change = { do: "update", id, values: { [name]: MARKUP.slice(0, length) } };
      // Some texts have rules of their own, such as languages and time zones.
      const done = await server.call("apply", { command: { record_type, changes: [change], all_or_nothing: true } }, cookie)
        .then(async (told) => ((await told.json()) as { refused: unknown[] }).refused.length === 0, () => false);
      written += Number(done);
    }
  }
  expect(written, "fields that took the markup").toBeGreaterThan(50);

  const context = await browser.newContext({ baseURL: server.base });
  const [name, value] = cookie.split("; ").find((one) => one.startsWith("gx_session="))!.split("=");
  await context.addCookies([{ name: name!, value: value!, url: server.base }]);
  const page = await context.newPage();
  const asked = encodeURIComponent(MARKUP);
  const addresses = [
    ...PAGES.map((path) => `/${path}`), ...SETTINGS.map((path) => `/settings/${path}`),
    ...records.map((path) => `/${path}`),
    `/customers?q=${asked}`, `/customers?sort=${asked}`, `/customers?filter=${asked}`, `/pipeline?q=${asked}`,
    `/customers/${asked}`, `/${asked}`, `/settings/${asked}`,
  ];
  let shown = 0;
  for (const address of addresses) {
    await page.goto(address, { waitUntil: "load" });
    const found = await page.evaluate(() => ({
      // Text with pictures may have one, but nothing that does something.
      images: [...document.querySelectorAll('img[src="gx-x"]')].filter((one) => one.attributes.length > 1 || !one.closest(".rich")).length,
      hacked: "gxHacked" in window,
      said: document.body.innerText.includes("gx-x"),
    }));
    expect([found.images, found.hacked], address).toEqual([0, false]);
    shown += Number(found.said);
  }
  expect(shown, "pages that show the markup as the text it is").toBeGreaterThan(10);
  const outside = await browser.newContext({ baseURL: server.base });
  const stranger = await outside.newPage();
  for (const address of [`/sign-in?next=${asked}`, `/invitation/${asked}`, `/reset/${asked}`]) {
    await stranger.goto(address);
    expect(await stranger.locator('img[src="gx-x"]').count(), address).toBe(0);
  }
});

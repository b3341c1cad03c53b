//! Teams, colleagues and their sign-ins; tags; pipelines; products.

use serde_json::{Value, json};
use uuid::Uuid;

use super::PASSWORD;
use super::writer::Writer;

/// A pipeline with its stages in order: four open ones, won, lost.
pub(super) struct Selling {
    pub(super) pipeline: Uuid,
    pub(super) stages: Vec<Uuid>,
}

pub(super) struct Staff {
    /// Sellers: rep, rep2 and three more.
    pub(super) sellers: Vec<Uuid>,
    /// Teams of the sellers, in the same order.
    pub(super) teams: Vec<Uuid>,
    pub(super) manager: Uuid,
    pub(super) agents: Vec<Uuid>,
    /// The team of the service desk.
    pub(super) service: Uuid,
    pub(super) home: Selling,
    pub(super) abroad: Selling,
    pub(super) products: Vec<Uuid>,
}

/// Name, address without domain, title, role (index of the default roles), team (index).
const COLLEAGUES: &[(&str, &str, &str, usize, usize)] = &[
    ("周明远", "manager", "销售总监", 1, 0),
    ("林小雨", "rep", "客户经理", 2, 1),
    ("Daniel Weber", "rep2", "Account Executive", 2, 2),
    ("陈思远", "chen", "客户经理", 2, 1),
    ("Sofia Rossi", "sofia", "Account Executive", 2, 2),
    ("何婧", "he", "大客户经理", 2, 3),
    ("王佳", "agent", "客服专员", 4, 4),
    ("Liam O'Connor", "agent2", "Support Specialist", 4, 4),
    ("许诺", "service", "客服主管", 3, 4),
];

/// The sales department, its parts, and the service desk.
async fn teams(writer: &Writer) -> shared::Result<Vec<Uuid>> {
    let team = |name: &str, other_name: &str, region: &str, above: Option<Uuid>| -> Value {
        json!({"name": name, "other_name": other_name, "region": region, "parent_id": above})
    };
    let sales = writer.create("team", vec![team("销售部", "Sales", "总部", None)]).await?;
    let parts = vec![
        team("华东销售", "East China sales", "上海", Some(sales[0])),
        team("国际销售", "International sales", "Berlin", Some(sales[0])),
        team("华南销售", "South China sales", "深圳", Some(sales[0])),
        team("客户服务部", "Customer service", "杭州", None),
    ];
    let parts = writer.create("team", parts).await?;
    Ok([sales, parts].concat())
}

pub(super) async fn hire(writer: &Writer) -> shared::Result<Staff> {
    let teams = teams(writer).await?;
    let service = teams[4];
    let roles: Vec<Uuid> = writer.all("role").await?.iter().map(|row| row.id).collect();
    let colleague = |(name, local, title, role, team): &(&str, &str, &str, usize, usize)| -> Value {
        let locale = if name.is_ascii() { "en" } else { "zh-CN" };
        json!({"name": name, "email": format!("{local}@demo.guanxi.test"), "job_title": title, "locale": locale,
               "role_ids": [roles[*role]], "team_id": teams[*team], "active": true})
    };
    let users = writer.create("user", COLLEAGUES.iter().map(colleague).collect()).await?;
    for user in &users {
        writer.store.set_password(writer.actor.org_id, *user, PASSWORD).await?;
    }
    let selling_teams: Vec<Uuid> = COLLEAGUES[1..6].iter().map(|colleague| teams[colleague.4]).collect();
    let tags = ["重点", "VIP", "Renewal", "续约", "Pilot", "招标"];
    writer
        .create("tag", tags.iter().enumerate().map(|(hue, name)| json!({"name": name, "hue": hue})).collect())
        .await?;
    Ok(Staff {
        manager: users[0],
        sellers: users[1..6].to_vec(),
        agents: users[6..8].to_vec(),
        service,
        teams: selling_teams,
        home: founded_pipeline(writer).await?,
        abroad: second_pipeline(writer).await?,
        products: products(writer).await?,
    })
}

/// The pipeline the organisation was founded with.
async fn founded_pipeline(writer: &Writer) -> shared::Result<Selling> {
    let pipeline = writer.all("pipeline").await?.first().map(|row| row.id).ok_or(shared::Error::NotFound)?;
    let stages = writer.all("stage").await?;
    let mut stages: Vec<_> = stages.iter().filter(|s| s.reference("pipeline_id") == Some(pipeline)).collect();
    stages.sort_by_key(|stage| stage.integer("position"));
    Ok(Selling { pipeline, stages: stages.into_iter().map(|stage| stage.id).collect() })
}

async fn second_pipeline(writer: &Writer) -> shared::Result<Selling> {
    let pipeline = json!({"name": "International", "currency": "USD", "position": 1});
    let pipeline = writer.create("pipeline", vec![pipeline]).await?[0];
    let stages = [
        ("Qualification", "open", 10, Some(14), json!([])),
        ("Discovery", "open", 30, Some(14), json!([])),
        ("Proposal", "open", 55, Some(10), json!(["amount", "expected_close"])),
        ("Negotiation", "open", 80, Some(7), json!(["amount", "expected_close", "contact_id"])),
        ("Won", "won", 100, None, json!([])),
        ("Lost", "lost", 0, None, json!([])),
    ];
    let rows = stages.iter().enumerate().map(|(position, (name, outcome, probability, rotting, required))| {
        json!({"name": name, "pipeline_id": pipeline, "position": position, "outcome": outcome,
               "probability": probability, "rotting_days": rotting, "required_fields": required})
    });
    let stages = writer.create("stage", rows.collect()).await?;
    Ok(Selling { pipeline, stages })
}

async fn products(writer: &Writer) -> shared::Result<Vec<Uuid>> {
    let products = [
        ("智能仓储管理系统", "WMS-10", "软件", 268_000, "套"),
        ("生产执行系统 MES", "MES-20", "软件", 480_000, "套"),
        ("设备联网网关", "GW-100", "硬件", 6_800, "台"),
        ("工业平板", "PAD-12", "硬件", 9_200, "台"),
        ("Cloud CRM seat", "CRM-S", "Subscription", 480, "seat/year"),
        ("Analytics add-on", "CRM-A", "Subscription", 240, "seat/year"),
        ("实施服务", "SVC-01", "服务", 2_600, "人天"),
        ("年度维保", "SVC-02", "服务", 38_000, "年"),
        ("Training day", "SVC-03", "Service", 1_400, "day"),
    ];
    let rows = products.iter().map(|(name, number, category, price, unit)| {
        json!({"name": name, "number": number, "category": category, "price": price, "unit": unit,
               "currency": if name.is_ascii() { "USD" } else { "CNY" }})
    });
    writer.create("product", rows.collect()).await
}

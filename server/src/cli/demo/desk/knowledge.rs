//! Articles and reply templates.

use serde_json::{Value, json};
use uuid::Uuid;

use super::super::writer::Writer;

/// Title, summary, steps, language, visibility, category (index).
type Article = (&'static str, &'static str, &'static [&'static str], &'static str, &'static str, usize);

const ARTICLES: &[Article] = &[
    (
        "重置管理员密码",
        "管理员离职或忘记密码时，如何安全地重置。",
        &["由法定联系人用登记邮箱提交申请。", "客服核实身份。", "通过一次性链接设置新密码。"],
        "zh-CN",
        "public",
        0,
    ),
    (
        "升级网关固件",
        "把 GW-100 升级到最新固件，约需十分钟。",
        &["下载固件包。", "登录网关管理页，选择“升级”。", "上传固件并等待自动重启。"],
        "zh-CN",
        "public",
        1,
    ),
    (
        "升级前的准备",
        "升级系统前请完成备份和磁盘检查。",
        &["备份数据库。", "检查磁盘剩余空间不少于 20%。", "选择业务低峰时段。"],
        "zh-CN",
        "public",
        1,
    ),
    (
        "开具数电发票",
        "需要提供的信息和开具时间。",
        &["准备抬头、税号、地址电话、开户行及账号。", "在客户门户提交申请。", "一个工作日内发送到邮箱。"],
        "zh-CN",
        "public",
        3,
    ),
    (
        "返修流程（内部）",
        "硬件返修的登记、备机和结算。",
        &["登记序列号。", "寄出备机。", "检测后决定维修或更换。"],
        "zh-CN",
        "internal",
        2,
    ),
    (
        "Reset the administrator password",
        "What to do when the administrator has left or forgot the password.",
        &["Ask from the registered address.", "We verify who you are.", "Set a new password with the one-time link."],
        "en",
        "public",
        0,
    ),
    (
        "Connect your ERP",
        "First synchronisation by the REST API.",
        &[
            "Create an API token in the settings.",
            "Import customers, then products.",
            "Subscribe to events to stay current.",
        ],
        "en",
        "public",
        4,
    ),
    (
        "Free space on a PAD-12",
        "Updates need 2 GB; this is how to get them.",
        &["Open Settings, then Storage.", "Remove old logs.", "Start the update again."],
        "en",
        "public",
        1,
    ),
    (
        "Set up single sign-on",
        "Entra ID, Okta and other providers.",
        &["Register the app at your provider.", "Map e-mail and name.", "Test with one user first."],
        "en",
        "public",
        0,
    ),
    (
        "Handling double charges (internal)",
        "How to find and refund them.",
        &["Look up the payment reference.", "Refund in the provider's console.", "Tell the customer the expected day."],
        "en",
        "internal",
        3,
    ),
];

/// The articles of each language, Chinese first.
pub(super) async fn articles(writer: &Writer, categories: &[Uuid]) -> shared::Result<[Vec<Uuid>; 2]> {
    let article = |(title, summary, steps, locale, visibility, category): &Article| -> Value {
        let steps: String = steps.iter().map(|step| format!("<li>{step}</li>")).collect();
        json!({"title": title, "summary": summary, "locale": locale, "visibility": visibility, "category_id": categories[*category],
               "content": format!("<p>{summary}</p><ol>{steps}</ol>")})
    };
    let ids = writer.create("article", ARTICLES.iter().map(article).collect()).await?;
    let written_in = |language: &str| -> Vec<Uuid> {
        let own = ids.iter().zip(ARTICLES).filter(|(_, article)| article.3 == language);
        own.map(|(id, _)| *id).collect()
    };
    Ok([written_in("zh-CN"), written_in("en")])
}

pub(super) async fn templates(writer: &Writer) -> shared::Result<()> {
    let template = |name: &str, shortcut: &str, locale: &str, content: &str, changes: Value| {
        json!({"name": name, "shortcut": shortcut, "locale": locale, "audience": "everyone", "content": format!("<p>{content}</p>"),
               "changes": changes})
    };
    let templates = vec![
        template(
            "已收到",
            "shoudao",
            "zh-CN",
            "您好 {{requester.name}}，您的工单 {{ticket.number}} 已收到，我们会尽快处理。",
            Value::Null,
        ),
        template(
            "请提供序列号",
            "xuliehao",
            "zh-CN",
            "为了尽快定位问题，请提供设备序列号（机身背面标签）。",
            json!({"status": "waiting_customer"}),
        ),
        template(
            "已解决",
            "jiejue",
            "zh-CN",
            "问题已解决。如有其他疑问，直接回复本邮件即可。{{agent.name}}",
            json!({"status": "solved"}),
        ),
        template(
            "Received",
            "received",
            "en",
            "Hello {{requester.name}}, we have your request {{ticket.number}} and are looking into it.",
            Value::Null,
        ),
        template(
            "Ask for serial number",
            "serial",
            "en",
            "Please send us the serial number on the back of the device.",
            json!({"status": "waiting_customer"}),
        ),
        template(
            "Solved",
            "solved",
            "en",
            "This should work again now. Just answer if it does not. {{agent.name}}",
            json!({"status": "solved"}),
        ),
    ];
    writer.create("reply_template", templates).await.map(drop)
}

//! What the demo's customers read: topics, articles, surveys; and that its public pages are open.

use serde_json::{Value, json};
use uuid::Uuid;

use super::writer::Writer;

/// Title, language, topic, summary, address, text.
type Written = (&'static str, &'static str, usize, &'static str, &'static str, &'static str);

const ARTICLES: &[Written] = &[
    (
        "网关离线怎么办？",
        "zh-CN",
        2,
        "先看指示灯，再查网络，最后重启。大多数情况五分钟内恢复。",
        "wangguan-lixian",
        "<p>设备联网网关显示离线时，请按以下顺序检查：</p><ol><li>电源灯常亮、网络灯闪烁为正常。网络灯不亮，请更换网线或端口。</li><li>确认防火墙放行 443 端口的对外访问。</li><li>断电 30 秒后重新上电，等待两分钟。</li></ol><p>仍然离线，请<strong>提交请求</strong>并附上网关背面的序列号。</p>",
    ),
    (
        "如何申请退换货？",
        "zh-CN",
        6,
        "签收后 7 天内可申请，附上订单号和照片即可。",
        "tuihuanhuo",
        "<p>签收后 7 天内，硬件产品可以申请退换货。</p><ul><li>在“提交请求”中选择“报修”，填写订单号。</li><li>附上设备照片和问题描述。</li><li>客服会在一个工作日内寄出退货单。</li></ul>",
    ),
    (
        "开具增值税专用发票需要哪些资料？",
        "zh-CN",
        3,
        "公司名称、税号、开户行及账号、地址电话。",
        "kaipiao",
        "<p>请提供以下资料：</p><table><tbody><tr><th>项目</th><th>说明</th></tr><tr><td>名称与税号</td><td>与营业执照一致</td></tr><tr><td>开户行及账号</td><td>基本户</td></tr><tr><td>地址与电话</td><td>注册地址</td></tr></tbody></table><p>资料齐全后，发票在三个工作日内开出，以邮件发送。</p>",
    ),
    (
        "首次登录智能仓储管理系统",
        "zh-CN",
        0,
        "用邀请邮件里的链接设置密码，再绑定仓库。",
        "shouci-denglu",
        "<p>管理员邀请您之后，您会收到一封邮件。打开其中的链接设置密码，然后：</p><ol><li>选择所属仓库；</li><li>下载手持终端应用，扫描二维码绑定；</li><li>在“库位”中核对初始数据。</li></ol>",
    ),
    (
        "My gateway is offline. What can I do?",
        "en",
        2,
        "Look at the lights, check the network, restart. Most gateways are back within five minutes.",
        "gateway-offline",
        "<p>If a gateway shows as offline, check in this order:</p><ol><li>Power is lit, network blinks: all is well. If network is dark, try another cable or port.</li><li>Your firewall must let port 443 out.</li><li>Cut the power for 30 seconds, then wait two minutes.</li></ol><p>Still offline? Write to us with the serial number on its back.</p>",
    ),
    (
        "Adding seats to your subscription",
        "en",
        3,
        "Seats count from the day they are added; the invoice is adjusted by the day.",
        "adding-seats",
        "<p>An administrator of your account adds seats under <em>Billing</em>. They work at once and are charged by the day until your next invoice.</p>",
    ),
];

/// Name and what it is about, in both languages; of articles and tickets alike, which name them by their place.
const TOPICS: &[[&str; 4]] = &[
    ["账户与登录", "首次登录、密码与权限", "Account", "First sign-in, passwords and rights"],
    ["安装与升级", "安装、固件与系统升级", "Set-up", "Installing, firmware and upgrades"],
    ["设备与硬件", "网关、平板与扫码枪的使用", "Devices", "Gateways, tablets and scanners"],
    ["账单与发票", "付款、发票与订阅", "Billing", "Payments, invoices and subscriptions"],
    ["集成", "与 ERP 和单点登录对接", "Integrations", "ERP systems and single sign-on"],
    ["培训", "新同事的课程与资料", "Training", "Courses and material for new colleagues"],
    ["售后", "退换货、维修与维保", "After-sales", "Returns, repairs and maintenance"],
];

/// What the desk refers to.
pub(super) struct Help {
    /// In the order of the topics.
    pub(super) categories: Vec<Uuid>,
    /// Asked when a ticket is closed: how it went, and whether one would recommend us.
    pub(super) surveys: [Uuid; 2],
}

pub(super) async fn publish(writer: &Writer) -> shared::Result<Help> {
    writer.update("organisation", vec![(writer.actor.org_id, json!({"slug": "demo", "portal": true}))]).await?;
    let topics = TOPICS.iter().enumerate().map(|(position, [name, description, other_name, other_description])| {
        json!({"name": name, "description": description, "other_name": other_name, "other_description": other_description,
               "public": true, "position": position})
    });
    let topics = writer.create("category", topics.collect()).await?;
    let article = |(title, locale, topic, summary, slug, content): &Written| {
        json!({"title": title, "locale": locale, "visibility": "public", "category_id": topics[*topic], "summary": summary,
               "slug": slug, "content": content})
    };
    let articles = writer.create("article", ARTICLES.iter().map(article).collect()).await?;
    writer.update("article", vec![(articles[4], json!({"translation_of_id": articles[0]}))]).await?;
    let surveys = writer.create("survey", surveys()).await?;
    Ok(Help { categories: topics, surveys: [surveys[0], surveys[1]] })
}

fn surveys() -> Vec<Value> {
    let speed = json!([{"key": "speed", "label": "回复速度如何？", "other_label": "How fast were we?", "kind": "choice",
        "choices": ["很快", "一般", "太慢"], "other_choices": ["Fast", "All right", "Too slow"]}]);
    vec![
        json!({"name": "服务评价", "other_name": "After a ticket", "kind": "csat", "locale": "zh-CN", "question": "您对这次服务满意吗？",
               "other_question": "How satisfied are you with our support?", "questions": speed,
               "thanks": "您的意见会帮助我们改进。", "other_thanks": "This helps us to get better.", "on_close": true, "active": true}),
        json!({"name": "推荐意愿", "other_name": "Recommendation", "kind": "nps", "locale": "zh-CN", "question": "您有多大可能向同行推荐我们？",
               "other_question": "How likely are you to recommend us to others in your field?", "on_close": true, "active": true,
               "public": true}),
    ]
}

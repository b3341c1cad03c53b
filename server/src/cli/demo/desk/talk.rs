//! What customers ask and what agents say.

#[derive(Clone, Copy)]
pub(super) struct Case {
    pub(super) kind: &'static str,
    pub(super) subject: &'static str,
    pub(super) asks: &'static str,
    pub(super) answer: &'static str,
    pub(super) note: &'static str,
    pub(super) thanks: &'static str,
    /// Index among the demo's categories.
    pub(super) category: usize,
}

const fn case(kind: &'static str, category: usize, [subject, asks, answer, note, thanks]: [&'static str; 5]) -> Case {
    Case { kind, subject, asks, answer, note, thanks, category }
}

pub(super) const ZH: &[Case] = &[
    case(
        "repair",
        2,
        [
            "扫码枪无法连接网关",
            "三号仓库的扫码枪从今天早上开始连不上网关，重启无效。",
            "您好，请确认网关指示灯状态，并把固件升级到 2.4。升级步骤见知识库。",
            "同型号本周第二例，已通知研发。",
            "升级后已恢复，谢谢！",
        ],
    ),
    case(
        "consult",
        0,
        [
            "忘记管理员密码",
            "原管理员离职，密码没有交接，如何重置？",
            "请由法定联系人通过已登记邮箱申请，我们核实后发送重置链接。",
            "已核对合同联系人。",
            "收到链接，已经登录。",
        ],
    ),
    case(
        "complaint",
        3,
        [
            "发票金额与合同不符",
            "九月的发票比合同多了 1,200 元，请尽快处理。",
            "非常抱歉，发票包含了已取消的加装服务，我们今天重开。",
            "财务确认是录入错误，优先处理。",
            "新发票已收到。",
        ],
    ),
    case(
        "request",
        1,
        [
            "申请升级到最新版本",
            "希望周末升级到 5.2，需要停机多久？",
            "升级约需 40 分钟，我们可以安排在周六 20:00。",
            "客户数据量较大，提前备份。",
            "可以，就周六晚上。",
        ],
    ),
    case(
        "suggestion",
        1,
        [
            "希望看板可以按仓库分组",
            "现在只能按状态分组，按仓库会更方便。",
            "感谢建议，已记录到需求池，采纳后会通知您。",
            "已有三家客户提过。",
            "期待！",
        ],
    ),
    case(
        "repair",
        2,
        [
            "工业平板屏幕闪烁",
            "车间的 PAD-12 屏幕间歇性闪烁。",
            "请提供序列号，我们安排返厂检测，备机明天寄出。",
            "疑似批次问题。",
            "备机收到了。",
        ],
    ),
    case(
        "praise",
        1,
        [
            "实施团队很专业",
            "上线非常顺利，感谢王工和团队。",
            "感谢您的肯定，我们会转达给团队！",
            "转发给实施部。",
            "不客气。",
        ],
    ),
    case(
        "consult",
        3,
        [
            "如何开具电子专票",
            "我们需要数电票，应该提供哪些信息？",
            "请提供抬头、税号、地址电话和开户行，开具后发送到您的邮箱。",
            "资料齐全。",
            "资料已发，谢谢。",
        ],
    ),
];

pub(super) const EN: &[Case] = &[
    case(
        "consult",
        4,
        [
            "How do we connect our ERP?",
            "We run SAP Business One. Is there a connector, or do we use the API?",
            "There is a REST API; the guide in our help centre walks you through the first sync.",
            "Good candidate for the partner connector.",
            "Got it running, thanks.",
        ],
    ),
    case(
        "repair",
        2,
        [
            "Gateway offline after power cut",
            "Since last night's power cut the gateway in hall 2 does not come back.",
            "Please hold the reset button for ten seconds. If the light stays red we will send a replacement today.",
            "Replacement GW-100 reserved.",
            "Reset did the trick.",
        ],
    ),
    case(
        "request",
        5,
        [
            "Training for new colleagues",
            "Five people join next month. Can you offer a remote session?",
            "Gladly. Would Tuesday at 10:00 suit you? It takes two hours.",
            "Use the warehouse data set.",
            "Tuesday works well.",
        ],
    ),
    case(
        "complaint",
        3,
        [
            "Charged twice this month",
            "Our card was charged twice for the September invoice.",
            "We are sorry. The second charge was refunded today and should arrive within three days.",
            "Payment provider retried by mistake.",
            "Refund arrived.",
        ],
    ),
    case(
        "consult",
        0,
        [
            "Single sign-on with Entra ID",
            "Which attributes do you expect in the token?",
            "E-mail and name are enough; roles can be mapped in the settings.",
            "Sent the internal checklist.",
            "Perfect, that worked.",
        ],
    ),
    case(
        "suggestion",
        4,
        [
            "Export of boards as PDF",
            "For our weekly meeting a PDF of the board would help.",
            "Thank you, we added your vote to the request.",
            "Eight votes so far.",
            "Great, thank you.",
        ],
    ),
    case(
        "repair",
        1,
        [
            "Update stops at 80 percent",
            "The update of last night stopped at 80 percent on two tablets.",
            "Please free 2 GB of space and start it again; the article below shows how.",
            "Known with old PAD-12.",
            "Both are updated now.",
        ],
    ),
    case(
        "repair",
        2,
        [
            "Scanner loses its pairing",
            "Two of our scanners lose the tablet every few minutes since Monday.",
            "Please update them to 2.4 and pair them once more; earlier versions fall asleep too soon.",
            "Third report of 2.3 this month.",
            "No drop since yesterday, thank you.",
        ],
    ),
    case(
        "request",
        1,
        [
            "Maintenance window for the upgrade",
            "We would like to move to 5.2 on a weekend. How long are we down?",
            "About forty minutes. Saturday at 20:00 your time is free; shall we take it?",
            "Two sites, one database.",
            "Saturday is fine.",
        ],
    ),
    case(
        "consult",
        6,
        [
            "Returning a damaged tablet",
            "One tablet arrived with a cracked corner. How do we send it back?",
            "I am sorry about that. The return label is attached; the replacement leaves tomorrow.",
            "Carrier informed.",
            "Replacement has arrived.",
        ],
    ),
    case(
        "praise",
        6,
        [
            "Thanks to your service team",
            "Your colleague stayed with us until the line ran again. Please pass our thanks on.",
            "That is very kind. I will pass it on to the whole team.",
            "For the team meeting.",
            "Well deserved.",
        ],
    ),
];

//! What programs and people call columns, besides by the names and labels of fields; with `|` between them.

/// Names that tell a field of one type.
pub(super) const TELLING: &[(&str, &str)] = &[
    (
        "customer.name",
        "company|company name|account|account name|client|client name|organisation|organization|organization name|firm|firma|\
         客户|公司|公司名|公司名称|企业|企业名称|单位名称|客户全称|公司全称|企业全称|客戶|客戶名稱|公司名稱|企業名稱",
    ),
    ("customer.source", "客户来源|客戶來源"),
    (
        "customer.number",
        "account number|account no|account code|client number|client no|client code|customer no|customer code|kundennummer|\
         客户号|客户编码|客户代码|客戶編號|客戶編碼|客戶代碼",
    ),
    (
        "contact.customer_id",
        "company name|account|account name|customer name|client|employer|organisation|organization|organization name|firm|firma|\
         公司|公司名称|单位|单位名称|所属单位|所属公司|工作单位|客户名称|公司名稱|單位|所屬公司|客戶名稱",
    ),
    (
        "lead.company",
        "company name|account|account name|customer name|client|employer|organisation|organization|organization name|firm|firma|\
         公司名称|单位|单位名称|所属单位|所属公司|工作单位|客户名称|公司名稱|單位|所屬公司|客戶名稱",
    ),
    ("lead.name", "lead|lead name|线索|线索名称|線索名稱"),
    ("lead.status", "lead status|线索状态|線索狀態"),
    (
        "opportunity.name",
        "deal|deal name|opportunity|opportunity name|商机|商机名|商机主题|商机标题|项目|项目名|项目名称|交易名称|交易名|销售机会|销售机会名称|\
         业务机会|业务机会名|业务机会名称|商機|商機名稱|項目名稱|專案名稱|交易名稱|銷售機會",
    ),
    (
        "opportunity.number",
        "deal id|deal number|opportunity id|opportunity number|opportunity no|商机编号|商机编码|商机ID|交易ID|交易编号|业务机会ID|商機編號",
    ),
    (
        "opportunity.customer_id",
        "organisation|organization|organization name|associated company|primary associated company|associated company name|\
         primary associated company name|deal company|客户名|客户全称|客户简称|客户公司|客户单位|关联公司|关联企业|公司名|企业名称|单位名称|\
         帐户名|帐户名称|账户名|账户名称|客戶名|關聯客戶|關聯公司|帳戶|帳戶名稱",
    ),
    (
        "opportunity.contact_id",
        "associated contact|associated contacts|primary contact name|contact person|客户联系人|主联系人|关联联系人|联系人名称|联系人名|\
         聯絡人姓名|聯絡人名稱",
    ),
    (
        "opportunity.amount",
        "deal amount|deal value|opportunity amount|opportunity value|expected revenue|estimated value|estimated revenue|est revenue|\
         expected amount|deal size|contract value|contract amount|amount in company currency|商机金额|商机总金额|商机预计金额|合同金额|合同额|预计金额|\
         预计成交金额|预计销售金额|预计销售额|预计合同金额|预计签约金额|预计签单金额|预估金额|预估成交金额|预期金额|预期收入|预期收益|预计收入|预计收益|\
         交易金额|项目金额|销售金额|成交金额|商機金額|預計金額|預計成交金額|預期收入|交易金額",
    ),
    (
        "opportunity.pipeline_id",
        "sales pipeline|sales process|deal pipeline|opportunity pipeline|pipeline name|销售流程|销售管道|商机流程|商机管道|销售管线|交易管道|交易流程|\
         管道|管线|管道名称|流程名称|销售流程名称|銷售流程|銷售管道|商機流程|管道名稱",
    ),
    (
        "opportunity.stage_id",
        "deal stage|opportunity stage|sales stage|stage name|pipeline stage|current stage|sales process stage|商机阶段|销售阶段|销售流程阶段|\
         交易阶段|项目阶段|当前阶段|所处阶段|阶段名称|业务机会阶段|商機階段|銷售階段|交易階段|目前階段",
    ),
    (
        "opportunity.probability",
        "win rate|deal probability|chance|赢率|赢单概率|成交概率|成功概率|概率|可能性|胜率|贏率|贏單率|機率|成功機率",
    ),
    (
        "opportunity.expected_close",
        "expected close date|expected closing|expected closing date|estimated close|estimated close date|est close date|target close date|\
         date deadline|预计成交日|预计结束日期|预计结束时间|预计完成日期|预计关闭日期|预计关闭时间|预计关单日期|预计赢单日期|预计签单时间|\
         预计签约时间|预期成交日期|预期结束日期|预期关闭|预期关闭日期|预期结单日期|预期完成日期|預計成交日期|預計結束日期|預計結案日期|预计结单时间",
    ),
    (
        "opportunity.closed_on",
        "actual close date|actual closing date|close date actual|实际成交日期|实际成交时间|实际结束日期|实际关闭日期|赢单日期|赢单时间|结束日期|\
         结束时间|关闭时间|關閉日期|結束日期|成交日期",
    ),
    ("product.name", "product|product name|item name|产品|商品|商品名称|品名|產品名稱|商品名稱"),
    ("product.number", "sku|item number|product code|product number|商品编号|货号"),
    ("product.price", "unit price|sales price|list price|单价|售价"),
    ("ticket.number", "ticket|ticket id|ticket number|case|case id|case number|工单|工单号|工單編號"),
    ("ticket.subject", "ticket name|ticket subject|case subject|工单标题|工单主题"),
    ("ticket.status", "ticket status|case status|工单状态"),
    ("ticket.description", "ticket description|case description|问题描述|工单描述"),
    ("ticket.channel", "case origin|来源渠道"),
    ("ticket.kind", "ticket type|case type|工单类型"),
    ("task.subject", "task|task name|to do|任务|任务名称|待办事项"),
    ("task.due_at", "due date|due on|deadline|截止日期|到期日"),
    ("activity.occurred_at", "activity date|跟进时间|跟进日期|拜访日期"),
    ("activity.content", "跟进记录|沟通内容"),
    ("user.team_id", "department|部门|部門"),
];

/// Names that fields of several types have: field, or field of one type that others of it go before.
pub(super) const SYNONYMS: &[(&str, &str)] = &[
    ("name", "full name|display name|名字|姓名|名称|名稱"),
    ("contact.name", "contact|contact name|contact person|联系人|联系人姓名|联系人名称|客户联系人|聯絡人|聯絡人姓名"),
    ("opportunity.name", "title|标题|標題"),
    ("product.name", "title|标题|標題"),
    ("subject", "title|summary|标题|主题|標題|主題"),
    (
        "phones",
        "phone|mobile|tel|telephone|phone number|contact phone number|mobile phone|cell|cell phone|work phone|home phone|\
         business phone|office phone|phone 2|telefon|mobiltelefon|电话|手机|手机号|手机号码|电话号码|联系电话|座机|固定电话|\
         移动电话|商务电话|办公电话|公司电话|住宅电话|固话|联系手机|手机号1|电话1|联系方式|電話|手機|手機號碼|行動電話|電話號碼|聯絡電話",
    ),
    ("phone", "mobile|tel|telephone|电话|手机|移动电话|办公电话|電話|手機"),
    (
        "emails",
        "email|e-mail|mail|email address|email 1|email 2|work email|secondary email|e-mail-adresse|\
         邮箱|邮件|电子邮箱|电子邮件|邮箱地址|邮件地址|电子邮件地址|联系邮箱|工作邮箱|email地址|電子郵件|電子郵件地址|電子信箱|信箱",
    ),
    ("email", "e-mail|mail|email address|邮箱|邮件|电子邮件|邮箱地址|电子邮件地址|電子郵件"),
    ("number", "id|no|code|external id|record id|编号|编码|代码|編號"),
    (
        "customer_id",
        "account|account name|company|client|customer name|company name|related company|firm|\
         客户名称|关联客户|所属客户|公司|公司名称|所属公司|单位|所属单位|客戶|客戶名稱|公司名稱",
    ),
    ("contact_id", "contact|contact name|primary contact|联系人|联系人姓名|聯絡人"),
    (
        "owner_id",
        "owner|account owner|company owner|contact owner|lead owner|deal owner|opportunity owner|ticket owner|case owner|\
         assigned to|assignee|sales|sales rep|sales agent|salesperson|负责人|owner email|owner e-mail|负责人邮箱|销售|业务员|销售人员|销售代表|销售负责人|客户经理|跟进人|责任人|所有人|所有者|拥有者|归属人|\
         商机负责人|商机所有者|商机所有人|商机归属人|交易负责人|交易所有者|业务机会所有人|项目负责人|销售员|主负责人|跟进人员|业务负责人|sales owner|owner name|owner full name|\
         負責人|業務員|所有者|擁有者|擁有人|商機擁有人|商機負責人|交易負責人|業務人員|銷售員",
    ),
    ("stage_id", "stage|status|阶段|状态|階段|狀態"),
    ("product_ids", "product|products|产品|產品"),
    ("amount", "value|sum|price|金额|金額"),
    ("price", "price|价格|價格"),
    (
        "currency",
        "currency|currency code|currency iso code|deal currency|amount currency|opportunity currency|währung|\
         币种|货币|货币类型|货币单位|结算币种|幣別|幣種|貨幣",
    ),
    ("category", "series|type|分类|类别|分類|類別"),
    ("industry", "sector|branch|行业|所属行业|行業|產業"),
    ("founded", "year established|year founded|成立年份"),
    ("revenue", "turnover|annual revenue|营业额|年收入|營業額"),
    ("employees", "headcount|number of employees|员工数|员工数量|公司人数|企业人数|人数|員工人數"),
    (
        "address",
        "location|office location|full address|adresse|地址|联系地址|通讯地址|公司地址|办公地址|聯絡地址|通訊地址",
    ),
    (
        "website",
        "url|web|homepage|web page|网址|网站|官网|网页|主页|公司网址|公司网站|公司官网|企业官网|官方网站|\
         網址|網站|官網",
    ),
    ("parent_id", "parent|parent account|subsidiary of|related company|上级|上级公司"),
    ("source", "lead source|original source|客户来源|线索来源|来源渠道|来源|來源"),
    ("engaged_on", "engage date|start date|开始日期"),
    (
        "expected_close",
        "close|close date|closing date|预计成交|预计成交日期|预计成交时间|预计结单日期|预计签约日期|预计签单日期",
    ),
    ("closed_on", "closed|closed date|won on|成交日期|成交时间|结单日期|签约日期|签单日期"),
    (
        "received_at",
        "create date|created|created at|created date|date created|opened|date/time opened|提交时间|创建时间",
    ),
    ("due_at", "due|due by"),
    ("gender", "sex|性別"),
    ("birth_date", "birthday|date of birth|geburtstag|生日|出生日期|出生年月日"),
    ("job_title", "title|position|job|职务|职称|岗位|職務|職位|職稱"),
    ("department", "dept|abteilung|所属部门|部門"),
    ("description", "notes|note|remarks|comment|comments|notizen|备注|备注信息|说明|附注|描述|備註|說明"),
    ("tags", "tag|labels|label|标签|標籤"),
    ("team_id", "team|sales team|团队|销售团队|團隊|銷售團隊|归属部门|负责部门|负责人所在部门"),
];

/// Names of what only parts of fields hold.
pub(super) const PARTS: &[(&str, &str)] = &[
    (
        "address.street",
        "street|street address|address line 1|address 1|street2|street 2|address line 2|address 2|straße|详细地址|街道|詳細地址",
    ),
    ("address.district", "district|county|区|区县|区/县|县|所在区|區"),
    ("address.city", "city|town|ort|stadt|市|城市|所在城市|所在市|地级市"),
    ("address.province", "state|province|region|state/province|省|省份|所在省份|所在省|省/直辖市|省/自治区"),
    ("address.postcode", "zip|zip code|postcode|postal code|zip/postal code|plz|postleitzahl|邮编|邮政编码|郵遞區號"),
    ("address.country", "country|country/region|land|国家|国家/地区|國家"),
    ("social.wechat", "wechat|weixin|微信|微信号|微信账号|微信號"),
    ("social.qq", "qq|qq号|qq号码|qq账号|qq號"),
    ("social.weibo", "weibo|微博"),
    ("social.dingtalk", "dingtalk|钉钉|钉钉号"),
    ("social.linkedin", "linkedin|linkedin url|领英"),
    ("social.whatsapp", "whatsapp"),
    ("name.given", "first name|given name|forename|vorname|名"),
    ("name.middle", "middle name|additional name|中间名|中間名"),
    ("name.family", "last name|family name|surname|nachname|姓|姓氏"),
    ("name.suffix", "suffix|name suffix|后缀|後綴"),
];

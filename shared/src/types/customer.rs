//! Customer 客户: a person or a company.

use crate::record::{Draft, declare::record};

/// Source channels shared by customers, leads and opportunities.
pub const SOURCES: &[&str] = &[
    "website",
    "referral",
    "exhibition",
    "advertising",
    "telesales",
    "social",
    "partner",
    "walk_in",
    "import",
    "other",
];

/// What a customer is to us.
pub const CATEGORIES: &[&str] = &["potential", "important", "cooperating", "ordinary", "lost"];

/// Industries of companies.
pub const INDUSTRIES: &[&str] = &[
    "technology",
    "software",
    "manufacturing",
    "retail",
    "finance",
    "medical",
    "education",
    "real_estate",
    "logistics",
    "entertainment",
    "marketing",
    "telecommunications",
    "services",
    "employment",
    "energy",
    "agriculture",
    "government",
    "other",
];

record! {
    /// A person or a company one sells to or serves.
    pub CUSTOMER, Customer {
        name: "customer", plural: "customers", icon: "building", title: "name",
        /// Person 个人 or company 企业.
        kind: choice(&["company", "person"]).required().default("company").list();
        /// Name of the person or company.
        name: text(200).required().search().list().personal();
        /// Customer number.
        number: text(60).unique().search().personal();
        /// Category 客户分类.
        category: choice(CATEGORIES).default("potential").list();
        /// Lifecycle stage 生命周期.
        lifecycle: choice(&["first_contact", "decision", "after_sales", "loyal", "churned"]).default("first_contact").list();
        /// Source channel.
        source: choice(SOURCES);
        /// Tags.
        tags: tags().list();
        /// Phones, the main one first.
        phones: phones().search().list().wanted().group("channels").personal();
        /// E-mails, the main one first.
        emails: emails().search().list().wanted().group("channels").personal();
        /// Social accounts.
        social: social().group("channels").personal();
        /// Address by 省/市/区.
        address: address().wanted().group("channels").personal();
        /// Website.
        website: url().group("company").personal();
        /// Industry of a company.
        industry: choice(INDUSTRIES).list().group("company");
        /// Number of employees.
        employees: integer(0, 100_000_000).group("company");
        /// Legal representative 法定代表人.
        legal_representative: text(120).group("company").personal();
        /// Yearly revenue.
        revenue: money().group("company");
        /// Currency of the revenue.
        currency: currency().group("company");
        /// Year of foundation.
        founded: integer(1000, 2200).group("company");
        /// Parent company.
        parent_id: reference("customer").group("company");
        /// Gender of a person.
        gender: choice(&["female", "male", "other"]).group("person").personal();
        /// Birth date of a person.
        birth_date: date().yearly().group("person").personal();
        /// Occupation of a person.
        occupation: text(120).group("person").personal();
        /// Interests of a person.
        interests: tags().group("person").personal();
        /// Preferences: time to call, language, gifts…
        preferences: long_text().group("more").personal();
        /// Member number.
        member_number: text(60).search().group("more").personal();
        /// Ids in shops and apps, by channel.
        channel_ids: json().internal().group("more").personal();
        /// Channels the customer agreed to be reached by.
        consent: multi_choice(&["email", "sms", "phone", "wechat"]).group("more").personal().agreed();
        /// Anything else.
        description: long_text().group("more").personal();
    }
    with { pool: true, tree: Some("parent_id"), timeline: true }
    rules customer_rules
}

fn customer_rules(draft: &mut Draft<'_>) {
    let customer = Customer(draft.after);
    let own = draft.before.map(|row| row.id);
    let in_future = customer.birth_date().is_some_and(|day| day > draft.today());
    if own.is_some() && customer.parent_id() == own {
        draft.error("parent_id", "own_parent");
    }
    if in_future {
        draft.error("birth_date", "in_future");
    }
}

/// What is tied to an opportunity or a contact belongs on the timeline of their customer.
pub(super) fn follow_customer(draft: &mut Draft<'_>) {
    if draft.has("customer_id") {
        return;
    }
    let parent =
        ["opportunity_id", "contact_id"].iter().find_map(|field| draft.related_row(field)?.reference("customer_id"));
    if let Some(customer) = parent {
        draft.set("customer_id", customer.to_string());
    }
}

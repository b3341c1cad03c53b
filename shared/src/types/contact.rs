//! Contact 联系人: a person at a company.

use crate::record::{Draft, declare::record};

record! {
    /// A person at a company customer.
    pub CONTACT, Contact {
        name: "contact", plural: "contacts", icon: "contact", title: "name",
        /// Name.
        name: text(120).required().search().list().personal();
        /// The company.
        customer_id: reference("customer").list().wanted();
        /// Job title.
        job_title: text(120).search().list().personal();
        /// Department.
        department: text(120).personal();
        /// Part in decisions.
        decision_role: choice(&["decision_maker", "influencer", "user", "gatekeeper", "unknown"]).default("unknown").list();
        /// Weight in decisions, 1 to 5.
        decision_weight: rating();
        /// Superior at the company.
        reports_to_id: reference("contact");
        /// Phones, the main one first.
        phones: phones().search().list().wanted().group("channels").personal();
        /// E-mails, the main one first.
        emails: emails().search().list().wanted().group("channels").personal();
        /// Social accounts.
        social: social().group("channels").personal();
        /// Address.
        address: address().group("channels").personal();
        /// Gender.
        gender: choice(&["female", "male", "other"]).group("more").personal();
        /// Birth date.
        birth_date: date().yearly().group("more").personal();
        /// Tags.
        tags: tags().list().group("more");
        /// Channels the contact agreed to be reached by.
        consent: multi_choice(&["email", "sms", "phone", "wechat"]).group("more").personal().agreed();
        /// Anything else.
        description: long_text().group("more").personal();
    }
    with { through: &["customer_id"], tree: Some("reports_to_id"), timeline: true }
    rules contact_rules
}

fn contact_rules(draft: &mut Draft<'_>) {
    let own = draft.before.map(|row| row.id);
    if own.is_some() && Contact(draft.after).reports_to_id() == own {
        draft.error("reports_to_id", "own_parent");
    }
}

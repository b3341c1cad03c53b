//! Lead 线索: raw interest, before it is known whether there is a customer and an opportunity in it.

use super::customer::SOURCES;
use crate::record::{Draft, declare::record};

record! {
    /// Raw interest.
    pub LEAD, Lead {
        name: "lead", plural: "leads", icon: "megaphone", title: "name",
        /// Person who showed interest.
        name: text(200).required().search().list().personal();
        /// Their company.
        company: text(200).search().list().personal();
        /// Job title.
        job_title: text(120).personal();
        /// Status; `converted` is set by converting.
        status: choice(&["new", "working", "nurturing", "converted", "unqualified"]).required().default("new").list();
        /// Source channel.
        source: choice(SOURCES).list();
        /// Campaign it came from.
        campaign: text(200);
        /// Score, 0 to 100.
        score: integer(0, 100).list();
        /// What they want.
        need: long_text().personal();
        /// Phones, the main one first.
        phones: phones().search().list().group("channels").personal();
        /// E-mails, the main one first.
        emails: emails().search().list().group("channels").personal();
        /// Social accounts.
        social: social().group("channels").personal();
        /// Address.
        address: address().group("channels").personal();
        /// Tags.
        tags: tags().group("more");
        /// Customer made of it.
        customer_id: reference("customer").group("more");
        /// Contact made of it.
        contact_id: reference("contact").group("more");
        /// Opportunity made of it.
        opportunity_id: reference("opportunity").group("more");
        /// When it was converted.
        converted_at: datetime().computed().group("more");
    }
    with { timeline: true }
    rules lead_rules
}

fn lead_rules(draft: &mut Draft<'_>) {
    if !draft.changed("status") {
        return;
    }
    let lead = Lead(draft.after);
    let converted = lead.status() == Some("converted");
    let has_customer = lead.customer_id().is_some();
    match (converted, has_customer) {
        (true, false) => draft.error("status", "convert_first"),
        (true, true) => {
            let now = crate::record::instant_text(draft.now);
            draft.set("converted_at", now);
        }
        (false, _) => draft.clear("converted_at"),
    }
}

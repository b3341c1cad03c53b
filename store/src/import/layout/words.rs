//! What the words that programs come with mean here. Any others are asked about.

use std::collections::BTreeMap;

/// Who has a record that nobody has.
const NOBODY: &[(&str, &str)] = &[("No owner", ""), ("Unassigned", "")];

const SOURCES: &[(&str, &str)] = &[
    ("-None-", ""),
    ("Web", "website"),
    ("Web Site", "website"),
    ("Web Download", "website"),
    ("Web Research", "website"),
    ("Online Store", "website"),
    ("Organic Search", "website"),
    ("ORGANIC_SEARCH", "website"),
    ("Direct Traffic", "website"),
    ("DIRECT_TRAFFIC", "website"),
    ("Advertisement", "advertising"),
    ("Google AdWords", "advertising"),
    ("Paid Search", "advertising"),
    ("PAID_SEARCH", "advertising"),
    ("Paid Social", "advertising"),
    ("PAID_SOCIAL", "advertising"),
    ("Employee Referral", "referral"),
    ("External Referral", "referral"),
    ("Customer Referral", "referral"),
    ("Partner Referral", "partner"),
    ("Referrals", "referral"),
    ("Word of mouth", "referral"),
    ("Trade Show", "exhibition"),
    ("Facebook", "social"),
    ("Twitter", "social"),
    ("X (Twitter)", "social"),
    ("Google+", "social"),
    ("LinkedIn", "social"),
    ("Organic Social", "social"),
    ("SOCIAL_MEDIA", "social"),
    ("Purchased List", "other"),
    ("Offline Sources", "other"),
    ("OFFLINE", "other"),
    ("Other Campaigns", "other"),
    ("OTHER_CAMPAIGNS", "other"),
];

const INDUSTRIES: &[(&str, &str)] = &[
    ("-None-", ""),
    ("Banking", "finance"),
    ("Insurance", "finance"),
    ("Financial Services", "finance"),
    ("FINANCIAL_SERVICES", "finance"),
    ("Biotechnology", "medical"),
    ("Healthcare", "medical"),
    ("Hospital & Health Care", "medical"),
    ("HOSPITAL_HEALTH_CARE", "medical"),
    ("Chemicals", "manufacturing"),
    ("Machinery", "manufacturing"),
    ("Communications", "telecommunications"),
    ("Consulting", "services"),
    ("Hospitality", "services"),
    ("Management Consulting", "services"),
    ("MANAGEMENT_CONSULTING", "services"),
    ("Media", "entertainment"),
    ("Recreation", "entertainment"),
    ("Not For Profit", "other"),
    ("Shipping", "logistics"),
    ("Transportation", "logistics"),
    ("Logistics and Supply Chain", "logistics"),
    ("LOGISTICS_AND_SUPPLY_CHAIN", "logistics"),
    ("Utilities", "energy"),
    ("OIL_ENERGY", "energy"),
    ("Computer Software", "software"),
    ("COMPUTER_SOFTWARE", "software"),
    ("Internet", "technology"),
    ("Information Technology and Services", "technology"),
    ("INFORMATION_TECHNOLOGY_AND_SERVICES", "technology"),
    ("Marketing and Advertising", "marketing"),
    ("MARKETING_AND_ADVERTISING", "marketing"),
    ("Staffing and Recruiting", "employment"),
    ("STAFFING_AND_RECRUITING", "employment"),
    ("Higher Education", "education"),
    ("HIGHER_EDUCATION", "education"),
    ("Government/Military", "government"),
];

const LEAD_STATUSES: &[(&str, &str)] = &[
    ("-None-", ""),
    ("Open", "new"),
    ("Open - Not Contacted", "new"),
    ("Not Contacted", "new"),
    ("Attempted to Contact", "working"),
    ("Contacted", "working"),
    ("Connected", "working"),
    ("In Progress", "working"),
    ("Working - Contacted", "working"),
    ("Pre-Qualified", "working"),
    ("Qualified", "working"),
    ("Contact in Future", "nurturing"),
    ("Bad Timing", "nurturing"),
    ("BAD_TIMING", "nurturing"),
    ("ATTEMPTED_TO_CONTACT", "working"),
    ("IN_PROGRESS", "working"),
    ("Open Deal", "working"),
    ("OPEN_DEAL", "working"),
    ("Closed - Not Converted", "unqualified"),
    ("Not Qualified", "unqualified"),
    ("Junk Lead", "unqualified"),
    ("Lost Lead", "unqualified"),
];

/// How far somebody has come with a company, as a program says it of its leads; what those are not is no stage of a customer.
const CUSTOMER_STATUSES: &[(&str, &str)] = &[
    ("New", "first_contact"),
    ("Open", "first_contact"),
    ("Attempted to Contact", "first_contact"),
    ("ATTEMPTED_TO_CONTACT", "first_contact"),
    ("Connected", "first_contact"),
    ("Bad Timing", "first_contact"),
    ("BAD_TIMING", "first_contact"),
    ("In Progress", "decision"),
    ("IN_PROGRESS", "decision"),
    ("Open Deal", "decision"),
    ("OPEN_DEAL", "decision"),
    ("Unqualified", ""),
];

/// What says that there is no rating.
const UNRATED: &[(&str, &str)] = &[("-None-", "")];

const TICKET_STATUSES: &[(&str, &str)] = &[
    ("New (Support Pipeline)", "new"),
    ("Waiting on contact", "waiting_customer"),
    ("Waiting on contact (Support Pipeline)", "waiting_customer"),
    ("Waiting on us", "open"),
    ("Waiting on us (Support Pipeline)", "open"),
    ("Closed (Support Pipeline)", "closed"),
    ("Working", "open"),
    ("In Progress", "open"),
    ("Escalated", "open"),
];

const PRIORITIES: &[(&str, &str)] = &[("Medium", "normal"), ("Critical", "urgent")];

const TICKET_KINDS: &[(&str, &str)] = &[("Problem", "repair"), ("Feature Request", "suggestion")];

const CHANNELS: &[(&str, &str)] = &[("Form", "web")];

/// The words for a field, and what each means; nothing for those that mean no value.
pub(in crate::import) fn words(record_type: &str, field: &str) -> BTreeMap<String, String> {
    let known: &[(&str, &str)] = match (record_type, field) {
        (_, "owner_id") => NOBODY,
        (_, "source") => SOURCES,
        (_, "industry") => INDUSTRIES,
        ("lead", "status") => LEAD_STATUSES,
        ("customer", "lifecycle") => CUSTOMER_STATUSES,
        ("lead", "tags") => UNRATED,
        ("ticket", "status") => TICKET_STATUSES,
        ("ticket", "priority") => PRIORITIES,
        ("ticket", "kind") => TICKET_KINDS,
        ("ticket", "channel") => CHANNELS,
        _ => &[],
    };
    known.iter().map(|(word, meaning)| ((*word).to_owned(), (*meaning).to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use shared::record::Kind;
    use shared::types::{CUSTOMER, LEAD, OPPORTUNITY, TICKET};

    use super::*;

    #[test]
    fn words_mean_choices_that_there_are() {
        let sources = [(&CUSTOMER, "source"), (&LEAD, "source"), (&OPPORTUNITY, "source"), (&CUSTOMER, "industry")];
        let lead = [(&LEAD, "status"), (&CUSTOMER, "lifecycle")];
        let desk = ["status", "priority", "kind", "channel"].map(|field| (&TICKET, field));
        for (def, field) in sources.into_iter().chain(lead).chain(desk) {
            let Kind::Choice(codes) = def.field(field).unwrap().kind else { panic!("{field} is no choice") };
            let all = words(def.name, field);
            assert!(!all.is_empty(), "{field}");
            for (word, code) in all {
                assert!(code.is_empty() || codes.contains(&code.as_str()), "{word} means {code}");
            }
        }
    }
}

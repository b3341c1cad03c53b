//! Organisation 组织: the tenant itself; its id is the `org_id` of everything in it.

use crate::record::{Draft, Ownership, declare::record};

record! {
    /// The tenant: name and defaults.
    pub ORGANISATION, Organisation {
        name: "organisation", plural: "organisations", icon: "building-2", title: "name",
        /// Name shown at the top and in mails.
        name: text(200).required().search().list();
        /// Default currency of new pipelines and amounts.
        currency: currency().required().default("CNY").list();
        /// IANA time zone for dates of people who chose none.
        timezone: time_zone().required().default("Asia/Shanghai").list();
        /// Language of people who chose none.
        locale: choice(&["zh-CN", "en"]).required().default("zh-CN").list();
        /// Days without follow-up after which a customer without open deal returns to the public pool 公海; never if
        /// empty.
        pool_after: integer(1, 3650).list();
        /// Last part of the address of its public pages; no two organisations share one.
        slug: text(40).list();
        /// Customers find help, write in and follow their tickets on public pages.
        portal: boolean().list();
    }
    with { ownership: Ownership::Organisation, admin: true }
    rules organisation_rules
}

fn organisation_rules(draft: &mut Draft<'_>) {
    if let Some(slug) = Organisation(draft.after).slug().map(str::to_lowercase) {
        if is_slug(&slug) {
            draft.set("slug", slug);
        } else {
            draft.error("slug", "address_part");
        }
    } else if Organisation(draft.after).portal() {
        draft.error("slug", "required");
    }
}

/// Whether it can stand in the address of public pages: small letters, digits, hyphens in between.
pub fn is_slug(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !text.is_empty() && text.chars().all(fits) && !text.starts_with('-') && !text.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_part_is_plain() {
        assert!(is_slug("demo") && is_slug("lin-trading-2"));
        for text in ["", "-a", "a-", "Demo", "a b", "关系", "a/b", "a.b"] {
            assert!(!is_slug(text), "{text}");
        }
    }
}

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
        /// Endings of files that nobody may send; the bytes of a file may tell the same of it.
        refused_files: long_text();
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
    if draft.changed("refused_files") && draft.has("refused_files") {
        let all = endings(Organisation(draft.after).refused_files().unwrap_or_default());
        if all.is_empty() { draft.clear("refused_files") } else { draft.set("refused_files", all.join(", ")) }
    }
}

/// Endings of files as people list them: small, each once, without dots and whatever else stands between them.
pub fn endings(text: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for part in text.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()) {
        let ending = part.to_lowercase();
        if !all.contains(&ending) {
            all.push(ending);
        }
    }
    all
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
    fn endings_are_read_however_they_are_listed() {
        assert_eq!(endings("EXE, .msi；*.bat\njar、exe"), ["exe", "msi", "bat", "jar"]);
        assert!(endings(" .,\n").is_empty());
    }

    #[test]
    fn an_address_part_is_plain() {
        assert!(is_slug("demo") && is_slug("lin-trading-2"));
        for text in ["", "-a", "a-", "Demo", "a b", "关系", "a/b", "a.b"] {
            assert!(!is_slug(text), "{text}");
        }
    }
}

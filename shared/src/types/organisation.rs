//! Organisation 组织: the tenant itself; its id is the `org_id` of everything in it.

use crate::record::{Ownership, declare::record};

record! {
    /// The tenant: name and defaults.
    pub ORGANISATION, Organisation {
        name: "organisation", plural: "organisations", icon: "building-2", title: "name",
        /// Name shown at the top and in mails.
        name: text(200).required().search().list();
        /// Default currency of new pipelines and amounts.
        currency: currency().required().default("CNY").list();
        /// IANA time zone for dates of people who chose none.
        timezone: text(60).required().default("Asia/Shanghai").list();
        /// Language of people who chose none.
        locale: choice(&["zh-CN", "en"]).required().default("zh-CN").list();
        /// Days without follow-up after which a customer without open deal returns to the public pool 公海; never if
        /// empty.
        pool_after: integer(1, 3650).list();
    }
    with { ownership: Ownership::Organisation, admin: true }
}

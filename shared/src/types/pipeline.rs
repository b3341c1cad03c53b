//! Pipeline 销售管道.

use crate::record::{Ownership, declare::record};

record! {
    /// A way of selling with its own stages.
    pub PIPELINE, Pipeline {
        name: "pipeline", plural: "pipelines", icon: "kanban", title: "name",
        /// Name.
        name: text(120).required().unique().search().list();
        /// Currency of its amounts and sums.
        currency: currency().required().default("CNY").list();
        /// Order among pipelines.
        position: integer(0, 10_000).default("0").list();
        /// What it is for.
        description: long_text();
    }
    with { ownership: Ownership::Organisation }
}

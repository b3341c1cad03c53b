//! Product 产品.

use crate::record::{Ownership, declare::record};

record! {
    /// Something sold: goods, a service, a subscription.
    pub PRODUCT, Product {
        name: "product", plural: "products", icon: "package", title: "name",
        /// Name as offered.
        name: text(200).required().search().list();
        /// Article number.
        number: text(60).unique().search().list();
        /// Category or series.
        category: text(120).list();
        /// List price without tax.
        price: money().list();
        /// Cost of one unit.
        cost: money();
        /// Currency of price and cost; the organisation's when empty.
        currency: currency();
        /// Unit sold: piece, hour, licence…
        unit: text(40);
        /// Whether it is still sold.
        status: choice(&["active", "retired"]).required().default("active").list();
        /// What it is.
        description: long_text().search();
    }
    with { ownership: Ownership::Organisation }
}

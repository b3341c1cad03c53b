//! Files whose layout is known: their header names the whole mapping.
//!
//! These are the four files of the published "CRM Sales Opportunities" data set.

use std::collections::{BTreeMap, BTreeSet};

use shared::import::{Assignment, Existing, Step};

/// Pipeline that the deals go to.
const PIPELINE: &str = "Maven Sales";
/// Name of a manager's team.
const TEAM: &str = "{manager} · {regional_office}";

/// A known layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Preset {
    SalesTeams,
    Products,
    Accounts,
    SalesPipeline,
}

/// Names of the organisation's roles that imported people get.
#[derive(Clone, Debug, Default)]
pub(super) struct Roles {
    pub(super) rep: Option<String>,
    pub(super) manager: Option<String>,
}

impl Preset {
    /// All of them; those that others refer to come first.
    const ALL: [Self; 4] = [Self::SalesTeams, Self::Products, Self::Accounts, Self::SalesPipeline];

    fn columns(self) -> &'static [&'static str] {
        match self {
            Self::SalesTeams => &["sales_agent", "manager", "regional_office"],
            Self::Products => &["product", "series", "sales_price"],
            Self::Accounts => {
                &["account", "sector", "year_established", "revenue", "employees", "office_location", "subsidiary_of"]
            }
            Self::SalesPipeline => &[
                "opportunity_id",
                "sales_agent",
                "product",
                "account",
                "deal_stage",
                "engage_date",
                "close_date",
                "close_value",
            ],
        }
    }

    /// The layout with exactly these columns, in any order.
    pub(super) fn recognise(columns: &[String]) -> Option<Self> {
        let given: BTreeSet<String> = columns.iter().map(|name| name.to_lowercase()).collect();
        Self::ALL.into_iter().find(|preset| {
            preset.columns().len() == given.len() && preset.columns().iter().all(|name| given.contains(*name))
        })
    }

    pub(super) fn code(self) -> &'static str {
        match self {
            Self::SalesTeams => "maven_sales_teams",
            Self::Products => "maven_products",
            Self::Accounts => "maven_accounts",
            Self::SalesPipeline => "maven_sales_pipeline",
        }
    }

    /// What is made of the file, in order.
    pub(super) fn steps(self, roles: &Roles) -> Vec<Step> {
        match self {
            Self::SalesTeams => sales_teams(roles),
            Self::Products => products(),
            Self::Accounts => accounts(),
            Self::SalesPipeline => sales_pipeline(),
        }
    }
}

fn step(record_type: &str, key: &str, assignments: Vec<Assignment>) -> Step {
    Step { key: Some(key.to_owned()), distinct: true, ..Step::of(record_type, assignments) }
}

/// Regions, a team per manager below them, managers, agents. Teams and managers need each other: the teams come
/// first, and get their manager once they are there.
fn sales_teams(roles: &Roles) -> Vec<Step> {
    let user = |name: &str, role: &Option<String>| {
        let role = role.as_ref().map(|title| Assignment::constant("role_ids", title));
        let fields = [Assignment::column("name", name), Assignment::template("team_id", TEAM)];
        step("user", "name", fields.into_iter().chain(role).collect())
    };
    let region = vec![Assignment::column("name", "regional_office"), Assignment::column("region", "regional_office")];
    let team = vec![
        Assignment::template("name", TEAM),
        Assignment::column("parent_id", "regional_office"),
        Assignment::column("region", "regional_office"),
    ];
    let lead = vec![Assignment::template("name", TEAM), Assignment::column("manager_id", "manager")];
    vec![
        step("team", "name", region),
        step("team", "name", team),
        user("manager", &roles.manager),
        step("team", "name", lead),
        user("sales_agent", &roles.rep),
    ]
}

fn products() -> Vec<Step> {
    let fields = vec![
        Assignment::column("name", "product"),
        Assignment::column("category", "series"),
        Assignment::column("price", "sales_price"),
        Assignment::constant("currency", "USD"),
    ];
    vec![step("product", "name", fields)]
}

fn accounts() -> Vec<Step> {
    let fields = vec![
        Assignment::column("name", "account"),
        Assignment::constant("kind", "company"),
        Assignment::column("industry", "sector").mapping(&[("technolgy", "technology")]),
        Assignment::column("founded", "year_established"),
        // Given in millions of US dollars.
        Assignment::column("revenue", "revenue").times(1_000_000),
        Assignment::constant("currency", "USD"),
        Assignment::column("employees", "employees"),
        Assignment::column("address.country", "office_location"),
        Assignment::column("parent_id", "subsidiary_of"),
    ];
    vec![step("customer", "name", fields)]
}

fn sales_pipeline() -> Vec<Step> {
    let deal = vec![
        Assignment::template("name", "{account} · {product}"),
        Assignment::column("number", "opportunity_id"),
        Assignment::column("customer_id", "account"),
        Assignment::column("product_ids", "product"),
        Assignment::constant("pipeline_id", PIPELINE),
        Assignment::column("stage_id", "deal_stage"),
        Assignment::column("amount", "close_value"),
        Assignment::column("engaged_on", "engage_date"),
        Assignment::column("closed_on", "close_date"),
        Assignment::column("lost_reason", "deal_stage").mapping(&[("Lost", "other"), ("*", "")]),
        Assignment::column("owner_id", "sales_agent"),
    ];
    vec![pipeline(), stages(), Step { distinct: false, ..step("opportunity", "number", deal) }]
}

/// The pipeline is made when there is none; changed by hand it stays so.
fn pipeline() -> Step {
    let row = BTreeMap::from([("name".to_owned(), PIPELINE.to_owned()), ("currency".to_owned(), "USD".to_owned())]);
    let fields = vec![Assignment::column("name", "name"), Assignment::column("currency", "currency")];
    Step { existing: Existing::Skip, inline: vec![row], ..step("pipeline", "name", fields) }
}

fn stages() -> Step {
    let columns = ["name", "position", "outcome", "probability"];
    let row = |values: [&str; 4]| {
        columns.iter().zip(values).map(|(name, value)| ((*name).to_owned(), value.to_owned())).collect()
    };
    let rows = [
        ["Prospecting", "0", "open", "10"],
        ["Engaging", "1", "open", "50"],
        ["Won", "2", "won", "100"],
        ["Lost", "3", "lost", "0"],
    ];
    let mut fields: Vec<Assignment> = columns.iter().map(|name| Assignment::column(name, name)).collect();
    fields.push(Assignment::constant("pipeline_id", PIPELINE));
    Step {
        existing: Existing::Skip,
        within: Some("pipeline_id".to_owned()),
        inline: rows.map(row).to_vec(),
        ..step("stage", "name", fields)
    }
}

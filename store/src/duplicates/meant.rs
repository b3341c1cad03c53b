//! E-mail addresses in whose domain somebody slipped: of providers that everybody knows, and of what the organisation has.

use std::collections::BTreeMap;

use shared::access::{Action, Actor};
use shared::duplicates::can_have;
use shared::record::Kind;
use shared::types::REGISTRY;
use shared::{Error, FieldDef, RecordDef, Result};
use strsim::damerau_levenshtein;

use super::{CANDIDATES, slips};
use crate::error::from_sqlx;
use crate::pool::{Store, Tx};
use crate::scope::{Sql, push_scope};

/// Providers of many people's addresses; some are but one letter from each other.
const PROVIDERS: &str = "qq.com 163.com 126.com gmail.com outlook.com hotmail.com foxmail.com sina.com sina.cn sohu.com \
    yeah.net 139.com 189.cn 188.com aliyun.com vip.163.com vip.qq.com icloud.com yahoo.com live.com msn.com me.com \
    mail.com ymail.com email.com gmx.de gmx.net gmx.com web.de googlemail.com yandex.com proton.me protonmail.com \
    naver.com";
/// Fewest characters of a domain in which a slip is one and not another domain.
const LEAST: usize = 5;
/// Longest domain there can be.
const LONGEST: usize = 253;
/// Fewest letters before the ending in which a slip is one: mi.com is not me.com.
const LEAST_BEGIN: usize = 3;
/// So many addresses may share a slip of a provider's domain; more of them are of a domain of its own.
const FEW: usize = 3;
/// Most addresses looked at.
const ADDRESSES: usize = 5;

impl Store {
    /// Which of these addresses may be slips, each with the one that may be meant.
    ///
    /// # Errors
    /// `Forbidden` without any read right on the type.
    pub async fn meant_addresses(
        &self,
        actor: &Actor,
        def: &'static RecordDef,
        addresses: &[String],
    ) -> Result<Vec<(String, String)>> {
        if !actor.may(def, Action::Read) {
            return Err(Error::Forbidden);
        }
        let mut tx = self.reading(actor).await?;
        let mut meant = Vec::new();
        for address in addresses.iter().take(ADDRESSES) {
            let Some((local, domain)) = address.rsplit_once('@') else { continue };
            let domain = domain.to_lowercase();
            if !(LEAST..=LONGEST).contains(&domain.len()) || PROVIDERS.split(' ').any(|provider| provider == domain) {
                continue;
            }
            let right = match known(&mut tx, actor, &domain).await? {
                // What somebody mistyped before is no domain of theirs.
                Known::Itself(count) => provider(&domain).filter(|_| count < FEW).map(str::to_owned),
                Known::Near(near) => provider(&domain).map(str::to_owned).or(Some(near)),
                Known::No => provider(&domain).map(str::to_owned),
            };
            meant.extend(right.map(|right| (address.clone(), format!("{local}@{right}"))));
        }
        Ok(meant)
    }
}

/// The provider whose domain this is but for a slip; before others the one that differs in the ending only.
fn provider(domain: &str) -> Option<&'static str> {
    let begin = |domain: &str| domain.rsplit_once('.').map(|(begin, _)| begin.to_owned());
    let is_long = |provider: &str| provider.find('.').is_some_and(|letters| letters >= LEAST_BEGIN);
    let near = PROVIDERS.split(' ').filter(|provider| is_slip(provider, domain));
    let near = near.filter(|provider| begin(provider) == begin(domain) || is_long(provider));
    near.min_by_key(|provider| begin(provider) != begin(domain))
}

fn is_slip(right: &str, typed: &str) -> bool {
    damerau_levenshtein(right, typed) == 1
}

/// What an organisation's own addresses say of a domain.
enum Known {
    /// It is one of theirs, of so many of their addresses.
    Itself(usize),
    /// One of theirs is it but for a slip.
    Near(String),
    /// Nothing.
    No,
}

/// Whether a domain is one of the organisation's people and companies, as far as the actor sees them, or one of theirs but for
/// a slip.
async fn known(tx: &mut Tx, actor: &Actor, domain: &str) -> Result<Known> {
    let (Some(same), Some(near)) = (slips::exactly(domain), slips::domains(domain)) else { return Ok(Known::No) };
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for def in REGISTRY.iter().copied().filter(|def| can_have(def) && actor.may(def, Action::Read)) {
        let seen = def.fields.iter().filter(|field| field.kind == Kind::Emails && actor.sees(def, field));
        for field in seen {
            for address in addresses(tx, actor, (def, field), [&same, &near]).await? {
                let other = address.rsplit_once('@').map(|(_, other)| other.to_owned()).unwrap_or_default();
                *counts.entry(other).or_default() += 1;
            }
        }
    }
    if let Some(count) = counts.get(domain) {
        return Ok(Known::Itself(*count));
    }
    let near = counts.into_iter().filter(|(other, _)| is_slip(other, domain));
    Ok(near.max_by_key(|(_, count)| *count).map_or(Known::No, |(other, _)| Known::Near(other)))
}

/// The addresses of some of the records that the index finds by either query.
async fn addresses(
    tx: &mut Tx,
    actor: &Actor,
    (def, field): (&RecordDef, &FieldDef),
    queries: [&String; 2],
) -> Result<Vec<String>> {
    let mut sql = Sql::new(format!("select unnest(t.{}) from {} t where t.org_id = ", field.name, def.table()));
    sql.push_bind(actor.org_id).push(" and t.archived_at is null and t.id in (");
    for (at, query) in queries.into_iter().enumerate() {
        sql.push(if at > 0 { " union " } else { "" }).push("(select guanxi_found(").push_bind(def.name).push(", ");
        sql.push_bind(query.clone()).push("::tsquery) limit ").push_bind(CANDIDATES).push(")");
    }
    sql.push(") and ");
    push_scope(&mut sql, actor, def, Action::Read, "t");
    sql.build_query_scalar().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_lead_to_providers_and_other_domains_do_not() {
        for (typed, meant) in [
            ("gmal.com", "gmail.com"),
            ("gmail.co", "gmail.com"),
            ("163.co", "163.com"),
            ("hotmial.com", "hotmail.com"),
            ("foxmali.com", "foxmail.com"),
            ("qq.con", "qq.com"),
        ] {
            assert_eq!(provider(typed), Some(meant), "{typed}");
        }
        for other in ["yunfan.cn", "example.com", "mi.com", "ge.com"] {
            assert_eq!(provider(other), None, "{other}");
        }
    }
}

//! The public pages of an organisation: which there are, and in whose name they change records.

use pinyin::ToPinyin;
use shared::access::Actor;
use shared::format::Zone;
use shared::i18n::Locale;
use shared::{Error, Result};
use uuid::Uuid;

use crate::auth::zone_of;
use crate::error::from_sqlx;
use crate::pool::Store;

/// The public pages of one organisation.
#[derive(Clone, Debug)]
pub struct Portal {
    /// The organisation.
    pub org_id: Uuid,
    /// Last part of the address.
    pub slug: String,
    /// Name of the organisation.
    pub name: String,
    /// Language of visitors whose browser asks for none of ours.
    pub locale: Locale,
    /// Language of whoever reads.
    pub reader: Locale,
    /// Where times are told for.
    pub zone: Zone,
}

/// Longest part of an address that is made of a name.
const LONGEST: usize = 30;

/// What stands for a name in an address: its letters and digits, Chinese by sound, hyphens for the rest.
pub(crate) fn address_part(name: &str) -> String {
    let mut part = String::new();
    for c in name.chars() {
        if c.is_ascii_alphanumeric() {
            part.push(c.to_ascii_lowercase());
        } else if let Some(sound) = c.to_pinyin() {
            part.extend(sound.plain().chars().map(|c| if c.is_ascii() { c } else { 'u' }));
        } else if !part.is_empty() && !part.ends_with('-') {
            part.push('-');
        }
    }
    part.chars().take(LONGEST).collect::<String>().trim_end_matches('-').to_owned()
}

type Found = (Uuid, String, String, String, String);

impl Portal {
    /// Who changes records for visitors: nobody of the organisation, so that colleagues see what customers wrote as not
    /// yet seen by anybody.
    pub(crate) fn system(&self) -> Actor {
        crate::intake::system(self.org_id)
    }

    /// SQL for what people of the organisation called something, as far as they did so in the language of whoever reads it. The
    /// column has its counterpart with `other_` before its name.
    pub(super) fn said(&self, reader: Locale, alias: &str, column: &str) -> String {
        let own = format!("{alias}.{column}");
        if reader == self.locale { own } else { format!("coalesce({alias}.other_{column}, {own})") }
    }

    fn of((org_id, slug, name, locale, timezone): Found) -> Self {
        let locale = Locale::parse(&locale).unwrap_or_default();
        Self { org_id, slug, name, locale, reader: locale, zone: zone_of(&timezone) }
    }
}

impl Store {
    /// The public pages at an address.
    ///
    /// # Errors
    /// [`Error::NotFound`] when no organisation has public pages there.
    pub async fn portal(&self, slug: &str) -> Result<Portal> {
        let mut tx = self.looking_up().await?;
        let found: Option<Found> = sqlx::query_as(
            "select org_id, slug, name, locale, timezone from organisations
             where lower(slug) = lower($1) and portal and archived_at is null",
        )
        .bind(slug)
        .fetch_optional(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        found.map(Portal::of).ok_or(Error::NotFound)
    }

    /// All public pages of this installation, by address.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn portals(&self) -> Result<Vec<Portal>> {
        let mut tx = self.looking_up().await?;
        let found: Vec<Found> = sqlx::query_as(
            "select org_id, slug, name, locale, timezone from organisations
             where portal and slug is not null and archived_at is null order by slug",
        )
        .fetch_all(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        Ok(found.into_iter().map(Portal::of).collect())
    }

    /// Whether answers to what is written on the public pages are sure to be mailed: a mailbox sends them, by its own
    /// server or by the installation's, if that `has_way_out`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn portal_answers_by_mail(&self, portal: &Portal, has_way_out: bool) -> Result<bool> {
        let mut tx = self.reading(&portal.system()).await?;
        // Which of them it will be depends on the ticket's queue (`guanxi_mailbox`).
        sqlx::query_scalar(
            "select coalesce(bool_and($2::boolean or smtp_host is not null), false) from mailboxes
             where org_id = $1 and active and archived_at is null",
        )
        .bind(portal.org_id)
        .bind(has_way_out)
        .fetch_one(&mut *tx.inner)
        .await
        .map_err(from_sqlx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_parts_of_addresses() {
        assert_eq!(address_part("Lin Trading & Sons"), "lin-trading-sons");
        assert_eq!(address_part("关系示例 Guanxi Demo"), "guanxishili-guanxi-demo");
        // Without its dots, as in all plain addresses.
        assert_eq!(address_part("女儿国"), "nuerguo");
        assert_eq!(address_part("!?"), "");
        for name in ["Lin Trading", "杭州网络", "a".repeat(80).as_str()] {
            assert!(shared::types::is_slug(&address_part(name)), "{name}");
        }
    }
}

//! What erasing somebody would reach, for them to have it before.

use std::collections::BTreeSet;

use shared::types::{LEAD, REGISTRY};
use shared::{RecordDef, Result};
use uuid::Uuid;

use super::apart::Apart;
use super::held::Found;
use super::mask::Mask;
use super::masking::mentioning;
use super::{Known, hangs_on, is_part_of, linked, stays_about, tells_of};
use crate::pool::Tx;

/// What tells of somebody beside their record.
pub(crate) struct Reach {
    /// Records by type, some of which may be deleted: what erasing empties or deletes, and what was noted and planned with deals of
    /// theirs and mentions them. Not what others said that merely mentions them.
    pub(crate) records: Known,
    /// The addresses that they have and nobody else, in lower case.
    pub(crate) addresses: Vec<String>,
}

/// Finds what erasing somebody would reach.
pub(crate) async fn reach(tx: &mut Tx, def: &'static RecordDef, id: Uuid) -> Result<Reach> {
    let Found { leads, said, whose, apart, .. } = Found::of(tx, def, id).await?;
    let mut records = Known::new();
    telling(tx, &apart, (def, &[id]), &mut records).await?;
    telling(tx, &apart, (&LEAD, &leads), &mut records).await?;
    records.entry(LEAD.name).or_default().extend(leads);
    apart.left(tx, &mut records).await?;
    let mask = Mask::of(&said);
    for other in REGISTRY.iter().copied().filter(|other| stays_about(other, def)) {
        let deals = linked(tx, other, def, &[id]).await?;
        for part in REGISTRY.iter().copied().filter(|part| hangs_on(part, other)) {
            let with: BTreeSet<Uuid> = linked(tx, part, other, &deals).await?.into_iter().collect();
            let told = mentioning(tx, part, &with, &mask).await?;
            records.entry(part.name).or_default().extend(told);
        }
    }
    Ok(Reach { records, addresses: whose.alone })
}

/// Adds what tells of some records, with what was said in it.
async fn telling(
    tx: &mut Tx,
    apart: &Apart,
    (def, ids): (&'static RecordDef, &[Uuid]),
    records: &mut Known,
) -> Result<()> {
    for other in REGISTRY.iter().copied().filter(|other| tells_of(other, def)) {
        let found = apart.linked(tx, other, (def, ids)).await?;
        for part in REGISTRY.iter().copied().filter(|part| is_part_of(part, other)) {
            let parts = apart.linked(tx, part, (other, &found)).await?;
            records.entry(part.name).or_default().extend(parts);
        }
        records.entry(other.name).or_default().extend(found);
    }
    Ok(())
}

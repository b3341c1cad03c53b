//! Whose a ticket is when several become one: only what was said with that person is theirs to read.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use shared::command::Change;
use shared::duplicates::REQUESTER;
use shared::types::TICKET;
use shared::{RecordDef, Result, Row, Values};
use uuid::Uuid;

use super::super::attach::Found;
use super::asked::asked_apart;
use crate::error::from_sqlx;
use crate::pool::Tx;

/// What tells callers apart of whom there is neither a contact nor an address.
const CALLER: [&str; 3] = ["customer_id", "requester_name", "requester_phone"];
/// What says who reads a ticket as their own.
const READER: [&str; 2] = ["contact_id", "requester_email"];

/// The addresses of contacts.
#[derive(Default)]
pub(super) struct Addresses(BTreeMap<Uuid, Vec<String>>);

impl Addresses {
    /// Those of the contacts that tickets name, before and after they become one.
    pub(super) async fn of(tx: &mut Tx, merged: &Values, rows: impl Iterator<Item = &Row> + Send) -> Result<Self> {
        let mut contacts: BTreeSet<Uuid> = rows.filter_map(|row| row.reference("contact_id")).collect();
        contacts.extend(shared::record::id(merged, "contact_id"));
        if contacts.is_empty() {
            return Ok(Self::default());
        }
        let sql = "select id, emails from contacts where org_id = $1 and id = any($2) and emails is not null";
        let found: Vec<(Uuid, Vec<String>)> = sqlx::query_as(sql)
            .bind(tx.org_id)
            .bind(contacts.into_iter().collect::<Vec<_>>())
            .fetch_all(&mut *tx.inner)
            .await
            .map_err(from_sqlx)?;
        Ok(Self(found.into_iter().collect()))
    }

    fn has(&self, contact: &str, email: &str) -> bool {
        let of = contact.parse().ok().and_then(|contact: Uuid| self.0.get(&contact));
        of.is_some_and(|all| all.iter().any(|own| own.eq_ignore_ascii_case(email)))
    }

    /// Whether everybody who reads the ticket that stays as their own wrote the other one, too: that one names the same contact and
    /// the same address as far as this one does, or an address of the contact's, and no other customer.
    pub(super) fn is_same_person<'v>(&self, row: &Row, stays: impl Fn(&str) -> &'v Value) -> bool {
        let [contact, email] = ["contact_id", "requester_email"].map(|field| stays(field).as_str());
        let (own_contact, own_email) = (row.text("contact_id"), row.text("requester_email"));
        let is_contact = contact.map(|contact| match own_contact {
            Some(own) => own == contact,
            None => own_email.is_some_and(|own| self.has(contact, own)),
        });
        let is_email = email.map(|email| {
            let mut of = own_contact.into_iter().chain(contact.filter(|_| is_contact == Some(true)));
            own_email.is_some_and(|own| own.eq_ignore_ascii_case(email)) || of.any(|contact| self.has(contact, email))
        });
        let customers = row.text("customer_id").zip(stays("customer_id").as_str());
        let is_one_customer = customers.is_none_or(|(own, other)| own == other);
        let readers = [is_contact, is_email];
        is_one_customer && readers.contains(&Some(true)) && !readers.contains(&Some(false))
    }

    /// Whether what was said in a ticket may be read by whoever the one that stays is of, now or once somebody writes down who that is.
    pub(super) fn is_theirs<'v>(&self, row: &Row, stays: impl Fn(&str) -> &'v Value) -> bool {
        let is_empty = |field: &str| stays(field).is_null() && row.value(field).is_null();
        let of_nobody = is_empty("contact_id") && is_empty("requester_email");
        let is_one_caller = || CALLER.iter().all(|field| row.value(field) == stays(field));
        self.is_same_person(row, &stays) || of_nobody && is_one_caller()
    }
}

/// What is said in tickets that become one, as far as more becomes of it than that it is led to the one that stays.
#[derive(Default)]
pub(in super::super) struct Apart {
    /// Messages of the ticket that stays which get a mark. Those of the others get theirs where they are led.
    pub(in super::super) marked: Vec<Change>,
    /// New messages, with what was asked at first.
    pub(in super::super) asked: Vec<Change>,
    /// The marks, by messages. The customer whose ticket it is reads these nowhere, and gets no letter with them.
    pub(in super::super) found: Found,
}

/// Tells apart what was said to and by others than the one whose ticket it will be. What the ticket that stays is to say becomes
/// another where it becomes somebody else's, unless somebody has `chosen` it.
pub(in super::super) async fn said_apart(
    tx: &mut Tx,
    def: &RecordDef,
    (merged, chosen): (&mut Values, &Values),
    (into, others): (&Row, &[Row]),
) -> Result<Apart> {
    let mut apart = Apart::default();
    if def.name != TICKET.name {
        return Ok(apart);
    }
    let known = Addresses::of(tx, merged, others.iter().chain([into])).await?;
    if !known.is_theirs(into, |field| merged.get(field).unwrap_or_else(|| into.value(field))) {
        let handed = known.handed_over((&*merged, chosen), (into, others));
        merged.extend(handed);
        forget_request(tx, into.id).await?;
    }
    let foreign = foreign(&known, merged, (into, others));
    for (id, ticket_id) in said_in(tx, foreign.keys().copied().collect()).await? {
        apart.found.extend(foreign.get(&ticket_id).map(|from| (id, from.clone())));
        if ticket_id == into.id {
            apart.marked.push(Change::Update { id, version: None, values: Values::new() });
        }
    }
    apart.asked = asked_apart(tx, (&known, &foreign), merged, (into, others), &mut apart.found).await?;
    Ok(apart)
}

/// The tickets of others than the one whose ticket it will be, with the mark that what comes from them gets.
fn foreign(known: &Addresses, merged: &Values, (into, others): (&Row, &[Row])) -> BTreeMap<Uuid, Values> {
    let stays = |field: &str| merged.get(field).unwrap_or_else(|| into.value(field));
    let mark = |row: &Row| Values::from_iter([("apart_from".to_owned(), json!(row.text("number").unwrap_or("?")))]);
    let foreign = others.iter().chain([into]).filter(|row| !known.is_theirs(row, stays));
    foreign.map(|row| (row.id, mark(row))).collect()
}

impl Addresses {
    /// What a ticket is to say that becomes somebody else's: what theirs says, as far as it says whose it is, and what they read of
    /// it. Nothing where nobody reads it as their own.
    fn handed_over(&self, (merged, chosen): (&Values, &Values), (into, others): (&Row, &[Row])) -> Values {
        let stays = |field: &str| merged.get(field).unwrap_or_else(|| into.value(field));
        let is_chosen = READER.iter().any(|field| chosen.get(*field).is_some_and(|value| !value.is_null()));
        // What nobody chose may still be of the one whose it was.
        let named = |field: &str| if is_chosen { chosen.get(field).unwrap_or(&Value::Null) } else { stays(field) };
        let theirs = others.iter().find(|row| self.is_same_person(row, named));
        if READER.iter().all(|field| stays(field).is_null()) || !is_chosen && theirs.is_none() {
            return Values::new();
        }
        // Of callers who left no address colleagues noted what they are called; the one who is named now may be them.
        let was_nobodys = READER.iter().all(|field| into.value(field).is_null());
        let value = |field: &str| theirs.map_or(&Value::Null, |row| row.value(field)).clone();
        let is_noted = |field: &str| was_nobodys && CALLER.contains(&field) && value(field).is_null();
        let subject = theirs.map(|_| "subject");
        let fields = REQUESTER.into_iter().filter(|field| !is_noted(field)).chain(subject);
        let fields = fields.filter(|field| !chosen.contains_key(*field));
        fields.map(|field| (field.to_owned(), value(field))).collect()
    }
}

/// Forgets what the one was asked about a ticket whose it was: their link would tell of somebody else's, and their answer would be
/// told to whoever has it now.
async fn forget_request(tx: &mut Tx, ticket_id: Uuid) -> Result<()> {
    sqlx::query("delete from satisfaction_requests where org_id = $1 and ticket_id = $2")
        .bind(tx.org_id)
        .bind(ticket_id)
        .execute(&mut *tx.inner)
        .await
        .map(drop)
        .map_err(from_sqlx)
}

/// What was said in tickets, with these. Notes too: an answer that was made one may become an answer again when that is undone.
async fn said_in(tx: &mut Tx, tickets: Vec<Uuid>) -> Result<Vec<(Uuid, Uuid)>> {
    if tickets.is_empty() {
        return Ok(Vec::new());
    }
    sqlx::query_as(
        "select id, ticket_id from ticket_messages
         where org_id = $1 and ticket_id = any($2) and apart_from is null order by id",
    )
    .bind(tx.org_id)
    .bind(tickets)
    .fetch_all(&mut *tx.inner)
    .await
    .map_err(from_sqlx)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LI: Uuid = Uuid::from_u128(1);

    fn row(fields: Value) -> Row {
        Row { id: Uuid::nil(), version: 1, values: fields.as_object().cloned().unwrap_or_default() }
    }

    /// Whether one may be read by the person of the other; the contact Li has two addresses.
    fn same(one: Value, other: Value) -> [bool; 2] {
        let known = Addresses(BTreeMap::from([(LI, vec!["li@example.com".into(), "li@home.example".into()])]));
        let (one, other) = (row(one), row(other));
        [known.is_same_person(&one, |field| other.value(field)), known.is_theirs(&one, |field| other.value(field))]
    }

    #[test]
    fn somebody_is_the_same_by_contact_and_address_as_far_as_the_ticket_that_stays_names_them() {
        let is_same = |one: Value, other: Value| same(one, other) == [true, true];
        let is_other = |one: Value, other: Value| same(one, other) == [false, false];
        let writes = |email: &str| json!({"contact_id": "a", "requester_email": email});
        assert!(is_same(json!({"requester_email": "li@example.com"}), json!({"requester_email": "LI@example.com"})));
        assert!(is_same(writes("li@example.com"), json!({"contact_id": "a"})));
        assert!(is_other(json!({"contact_id": "a"}), writes("li@example.com")), "li may be somebody else");
        assert!(is_other(json!({"requester_email": "li@example.com"}), writes("li@example.com")));
        assert!(is_other(json!({"customer_id": "c"}), json!({"customer_id": "c", "contact_id": "a"})));
        assert!(is_other(writes("li@example.com"), writes("han@example.com")));
        let of = |customer: &str| json!({"customer_id": customer, "requester_email": "li@example.com"});
        assert!(is_other(of("c"), of("d")));
    }

    #[test]
    fn an_address_of_the_contacts_is_the_contact() {
        let contact = json!({"contact_id": LI});
        let writes = |email: &str| json!({"requester_email": email});
        let both = json!({"contact_id": LI, "requester_email": "li@example.com"});
        for own in [contact.clone(), both.clone(), writes("li@example.com"), writes("li@home.example")] {
            for stays in [&contact, &both] {
                assert_eq!(same(own.clone(), stays.clone()), [true, true], "{own} {stays}");
            }
        }
        assert_eq!(same(contact, writes("li@example.com")), [true, true]);
        assert_eq!(same(writes("han@example.com"), both), [false, false]);
    }

    #[test]
    fn callers_are_told_apart_by_what_is_noted_of_them() {
        let caller = |name: &str| json!({"requester_name": name, "requester_phone": "13900007777"});
        assert_eq!(same(caller("Li"), caller("Li")), [false, true], "nobody knows whose words to show");
        assert_eq!(same(caller("Li"), caller("Han")), [false, false]);
        assert_eq!(same(caller("Li"), json!({"requester_email": "li@example.com"})), [false, false]);
    }

    #[test]
    fn a_ticket_that_becomes_somebody_elses_says_what_theirs_says() {
        let values = |fields: Value| row(fields).values;
        let handed = |into: Value, (merged, chosen): (Value, Value), other: Value| {
            let (merged, chosen) = (values(merged), values(chosen));
            Value::from(Addresses::default().handed_over((&merged, &chosen), (&row(into), &[row(other)])))
        };
        let han = json!({"requester_email": "han@example.com"});
        let li = json!({"requester_email": "li@example.com", "contact_id": LI, "order_number": "A-1", "subject": "Li"});
        let other = json!({"requester_email": "han@example.com", "order_number": "B-2", "subject": "Han's"});
        let nothing = json!({"customer_id": null, "contact_id": null, "requester_name": null, "requester_phone": null});
        let mut told = values(nothing);
        told.extend(values(json!({"order_number": "B-2", "subject": "Han's"})));
        assert_eq!(handed(li.clone(), (han.clone(), han.clone()), other.clone()), Value::from(told.clone()));
        told.remove("subject");
        let mut chosen = values(han.clone());
        chosen.insert("subject".into(), "Chosen".into());
        let chosen = Value::from(chosen);
        assert_eq!(handed(li.clone(), (chosen.clone(), chosen), other.clone()), Value::from(told));
        let nobody = json!({"contact_id": null, "requester_email": null});
        assert_eq!(handed(li, (nobody.clone(), nobody), other.clone()), json!({}), "nobody reads it");
        // A caller is filled in from the one whose ticket it becomes; what was noted of them stays.
        let caller = json!({"requester_name": "Caller", "order_number": "C-3", "subject": "Called"});
        let told = json!({"contact_id": null, "requester_email": "han@example.com", "order_number": "B-2",
                          "subject": "Han's"});
        assert_eq!(handed(caller, (han, json!({})), other), told);
    }
}

use super::*;
use crate::types::{ATTACHMENT, CUSTOMER, TAG, TICKET_MESSAGE};

fn actor(level: Level) -> Actor {
    let team = Uuid::from_u128(10);
    let rights = TypeRights { read: level, ..TypeRights::default() };
    Actor {
        org_id: Uuid::from_u128(1),
        user_id: Uuid::from_u128(2),
        team_id: Some(team),
        teams_below: vec![team, Uuid::from_u128(11)],
        grants: Grants {
            types: [("customer".to_owned(), rights), ("tag".to_owned(), rights)].into(),
            ..Grants::default()
        },
        zone: Zone::utc(),
        other_names: false,
    }
}

fn holder(owner: u128, team: u128) -> Holder {
    Holder { owner_id: Some(Uuid::from_u128(owner)), team_id: Some(Uuid::from_u128(team)), ..Holder::default() }
}

#[test]
fn each_level_reaches_what_the_one_before_reaches_and_more() {
    let cases = [
        (Level::None, [false, false, false, false]),
        (Level::Own, [true, false, false, false]),
        (Level::Team, [true, true, false, false]),
        (Level::TeamBelow, [true, true, true, false]),
        (Level::All, [true, true, true, true]),
    ];
    let holders = [holder(2, 99), holder(3, 10), holder(3, 11), holder(3, 12)];
    for (level, expected) in cases {
        let reached = holders.each_ref().map(|h| actor(level).reaches(level, h));
        assert_eq!(reached, expected, "{level:?}");
    }
}

#[test]
fn organisation_types_know_only_none_and_all() {
    assert_eq!(actor(Level::Own).level(&TAG, Action::Read), Level::All);
    assert_eq!(actor(Level::None).level(&TAG, Action::Read), Level::None);
    assert_eq!(actor(Level::Own).level(&CUSTOMER, Action::Read), Level::Own);
}

#[test]
fn of_several_roles_the_most_generous_wins() {
    let hidden = Grants { fields: [("customer.revenue".to_owned(), FieldAccess::Hidden)].into(), ..Grants::default() };
    let read = Grants { fields: [("customer.revenue".to_owned(), FieldAccess::Read)].into(), ..Grants::default() };
    assert_eq!(Grants::union([&hidden, &read]).fields["customer.revenue"], FieldAccess::Read);
    assert_eq!(Grants::union([&hidden, &Grants::default()]).fields["customer.revenue"], FieldAccess::Hidden);
    let full = Grants { types: [("customer".to_owned(), TypeRights::FULL)].into(), ..Grants::default() };
    assert_eq!(Grants::union([&hidden, &full]).fields["customer.revenue"], FieldAccess::Write);
}

#[test]
fn new_records_are_their_makers_unless_those_see_all_that_may_wait() {
    use crate::types::TICKET;
    let of = |create: Level, read: Level| {
        let rights = TypeRights { create, read, ..TypeRights::default() };
        let types = [("customer".to_owned(), rights), ("ticket".to_owned(), rights), ("tag".to_owned(), rights)];
        let actor = Actor { grants: Grants { types: types.into(), ..Grants::default() }, ..actor(Level::None) };
        [&CUSTOMER, &TICKET, &TAG].map(|def| actor.owns_new(def))
    };
    assert_eq!(of(Level::All, Level::All), [true, false, false]);
    assert_eq!(of(Level::TeamBelow, Level::All), [true, true, false]);
    assert_eq!(of(Level::All, Level::Own), [true, true, false]);
}

#[test]
fn the_system_does_for_somebody_what_follows_in_their_name_and_time() {
    let zone = Zone { name: "Asia/Shanghai".to_owned(), ..Zone::utc() };
    let own = Actor { zone: zone.clone(), other_names: true, ..actor(Level::None) };
    let system = own.unlimited();
    assert_eq!((system.org_id, system.user_id, &system.zone), (own.org_id, own.user_id, &zone));
    assert_eq!(system.level(&CUSTOMER, Action::Update), Level::All);
    assert_eq!(system.level(&TAG, Action::Delete), Level::All);
    assert!(!system.other_names && system.team_id.is_none());
}

#[test]
fn who_reads_the_other_language_reads_names_in_it() {
    use crate::types::{CATEGORY, QUEUE};
    let row = |values: serde_json::Value| Row {
        id: Uuid::from_u128(1),
        version: 1,
        values: values.as_object().cloned().unwrap(),
    };
    let both = row(serde_json::json!({"name": "客户支持", "other_name": "Support"}));
    let one = row(serde_json::json!({"name": "客户支持", "other_name": ""}));
    let own = actor(Level::All);
    let other = Actor { other_names: true, ..own.clone() };
    assert_eq!((own.called(&QUEUE, &both), other.called(&QUEUE, &both)), (Some("客户支持"), Some("Support")));
    assert_eq!((other.called(&CATEGORY, &one), other.called(&TAG, &both)), (Some("客户支持"), Some("客户支持")));
    let hidden = [("queue.other_name".to_owned(), FieldAccess::Hidden)].into();
    let blind = Actor { grants: Grants { fields: hidden, ..other.grants.clone() }, ..other };
    assert_eq!(blind.called(&QUEUE, &both), Some("客户支持"));
}

#[test]
fn all_parts_are_read_where_all_that_they_are_parts_of_is() {
    let all = TypeRights { read: Level::All, ..TypeRights::default() };
    let with = |read: Level| {
        let names = ["ticket_message", "attachment", "article", "customer"].map(|name| (name.to_owned(), all));
        let ticket = ("ticket".to_owned(), TypeRights { read, ..TypeRights::default() });
        Actor {
            grants: Grants { types: names.into_iter().chain([ticket]).collect(), ..Grants::default() },
            ..actor(Level::None)
        }
    };
    for level in Level::ALL {
        let actor = with(level);
        assert!(actor.reads_all(&CUSTOMER) && !actor.reads_all(&TAG));
        for part in [&TICKET_MESSAGE, &ATTACHMENT] {
            assert_eq!(actor.reads_all(part), level == Level::All, "{} with tickets at {level:?}", part.name);
        }
    }
    assert!(Actor::administrator(Uuid::nil(), Uuid::nil()).reads_all(&ATTACHMENT));
}

#[test]
fn an_address_that_is_hidden_of_a_ticket_is_hidden_of_what_was_said_in_it() {
    let with = |access: FieldAccess| {
        let mut actor = actor(Level::All);
        actor.grants.fields.insert("ticket.requester_email".to_owned(), access);
        actor
    };
    let seen = |actor: &Actor| actor.field_access(&TICKET_MESSAGE, "author_email");
    assert_eq!(seen(&actor(Level::All)), FieldAccess::Write);
    assert_eq!(seen(&with(FieldAccess::Read)), FieldAccess::Write);
    assert_eq!(seen(&with(FieldAccess::Hidden)), FieldAccess::Hidden);
    let mut values: Values = [("author_email", "li@example.com"), ("cc", "li@example.com"), ("content", "Said")]
        .map(|(name, value)| (name.to_owned(), serde_json::Value::from(value)))
        .into_iter()
        .collect();
    with(FieldAccess::Hidden).redact(&TICKET_MESSAGE, &mut values);
    assert_eq!(values.keys().collect::<Vec<_>>(), ["content"]);
}

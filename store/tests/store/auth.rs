//! Sign-in, sessions, invitations and tokens against a real Postgres.

use std::net::IpAddr;

use crate::support::TestStore;
use chrono::TimeDelta;
use serde_json::{Value, json};
use shared::access::{Actor, FieldAccess, Level, TypeRights};
use shared::audit::AuditQuery;
use shared::command::{Change, Command};
use shared::duplicates::Merge;
use shared::i18n::Locale;
use shared::session::SESSION_DAYS;
use shared::timeline::{Happening, TimelineQuery};
use shared::types::{CUSTOM_FIELD, CUSTOMER};
use shared::{Error, RecordDef, Values};
use sqlx::AssertSqlSafe;
use store::Store;
use store::auth::{Client, Invite, SetUp, SignedIn, counting_hashes};
use uuid::Uuid;

const EMAIL: &str = "lin@example.com";
const PASSWORD: &str = "a quiet mountain";

fn client(ip: &str) -> Client {
    Client { ip: Some(ip.parse::<IpAddr>().unwrap()), user_agent: Some("Firefox".to_owned()) }
}

fn first_run() -> SetUp {
    SetUp {
        org_name: "Lin Trading".to_owned(),
        name: "Lin Yue".to_owned(),
        email: EMAIL.to_owned(),
        password: PASSWORD.to_owned(),
        locale: Locale::En,
        timezone: "Asia/Shanghai".to_owned(),
        currency: "CNY".to_owned(),
    }
}

/// A store with one organisation, whose administrator is signed in.
async fn set_up() -> (TestStore, SignedIn) {
    let test = crate::support::store().await;
    let admin = test.store.set_up(first_run(), &client("10.0.0.1")).await.unwrap();
    (test, admin)
}

/// Arranges or breaks things behind the store's back.
async fn sql(test: &TestStore, statement: &str) -> u64 {
    sqlx::query(AssertSqlSafe(statement.to_owned())).execute(&test.owner).await.unwrap().rows_affected()
}

async fn sign_in(store: &Store, email: &str, password: &str) -> shared::Result<SignedIn> {
    store.sign_in(email, password, &client("10.0.0.1")).await
}

async fn role_named(test: &TestStore, name: &str) -> Uuid {
    sqlx::query_scalar("select id from roles where name = $1").bind(name).fetch_one(&test.owner).await.unwrap()
}

/// A colleague with the role of that name, through an invitation.
async fn colleague(test: &TestStore, admin: &SignedIn, email: &str, role: &str) -> SignedIn {
    let invite = Invite { email: email.to_owned(), role_ids: vec![role_named(test, role).await], ..Invite::default() };
    let token = test.store.invite(&admin.session.actor, invite).await.unwrap();
    test.store.accept_invitation(token.expose(), "Colleague", "another quiet place", &client("10.0.0.2")).await.unwrap()
}

fn values(fields: serde_json::Value) -> Values {
    fields.as_object().unwrap().clone()
}

fn wrong_credentials() -> Error {
    Error::invalid("password", "wrong_credentials")
}

fn token_expired() -> Error {
    Error::invalid("token", "token_expired")
}

#[tokio::test]
async fn set_up_makes_an_organisation_with_an_administrator() {
    let (test, admin) = set_up().await;
    assert!(!test.store.needs_set_up().await.unwrap());
    let session = test.store.session(admin.token.expose()).await.unwrap();
    assert!(session.actor.grants.admin);
    assert_eq!((session.name.as_str(), session.org_name.as_str()), ("Lin Yue", "Lin Trading"));
    assert_eq!((session.org_currency.as_str(), session.org_locale), ("CNY", Locale::En));
    let signed_in = sign_in(&test.store, " LIN@example.com ", PASSWORD).await.unwrap();
    assert_eq!(signed_in.session.actor, session.actor);
}

#[tokio::test]
async fn set_up_happens_once_even_when_raced() {
    let test = crate::support::store().await;
    assert!(test.store.needs_set_up().await.unwrap());
    let here = client("10.0.0.1");
    let race = || test.store.set_up(first_run(), &here);
    let (a, b, c, d) = tokio::join!(race(), race(), race(), race());
    let winners = [a, b, c, d].into_iter().filter(|result| result.is_ok()).count();
    assert_eq!(winners, 1);
    let late = test.store.set_up(first_run(), &here).await;
    assert_eq!(late.unwrap_err(), Error::Forbidden);
    let organisations: i64 =
        sqlx::query_scalar("select count(*) from organisations").fetch_one(&test.owner).await.unwrap();
    assert_eq!(organisations, 1);
}

#[tokio::test]
async fn set_up_with_bad_input_leaves_nothing_behind() {
    let test = crate::support::store().await;
    for (input, field) in [
        (SetUp { org_name: "  ".to_owned(), ..first_run() }, "org_name"),
        (SetUp { currency: "money".to_owned(), ..first_run() }, "currency"),
        (SetUp { email: "nobody".to_owned(), ..first_run() }, "email"),
        (SetUp { password: "password1234".to_owned(), ..first_run() }, "password"),
    ] {
        match test.store.set_up(input, &Client::default()).await {
            Err(Error::Invalid { fields }) => assert_eq!(fields[0].field, field),
            other => panic!("{field}: {other:?}"),
        }
    }
    let rows: i64 = sqlx::query_scalar("select (select count(*) from users) + (select count(*) from roles)")
        .fetch_one(&test.owner)
        .await
        .unwrap();
    assert_eq!(rows, 0);
}

#[tokio::test]
async fn whatever_is_wrong_the_answer_is_the_same() {
    let (test, _) = set_up().await;
    assert_eq!(sign_in(&test.store, EMAIL, "wrong").await.unwrap_err(), wrong_credentials());
    assert_eq!(sign_in(&test.store, "nobody@example.com", PASSWORD).await.unwrap_err(), wrong_credentials());
    sql(&test, "update users set active = false").await;
    assert_eq!(sign_in(&test.store, EMAIL, PASSWORD).await.unwrap_err(), wrong_credentials());
    sql(&test, "update users set active = true, archived_at = now()").await;
    assert_eq!(sign_in(&test.store, EMAIL, PASSWORD).await.unwrap_err(), wrong_credentials());
    let failures: i64 =
        sqlx::query_scalar("select count(*) from sign_in_log where not ok").fetch_one(&test.owner).await.unwrap();
    assert_eq!(failures, 4);
}

/// How long a refusal takes must not tell whether there is such an account.
#[tokio::test]
async fn refusals_cost_the_same_whatever_their_reason() {
    let (test, _) = set_up().await;
    let no_password = json!({"name": "Invited", "email": "invited@example.com", "active": true});
    let values = serde_json::from_value(no_password).unwrap();
    let actor = sign_in(&test.store, EMAIL, PASSWORD).await.unwrap().session.actor;
    let invited = Command::one("user", Change::Create { id: Uuid::now_v7(), values });
    test.store.apply(&actor, invited).await.unwrap();
    let cost = async |email: &str| {
        let (refused, hashes) = counting_hashes(sign_in(&test.store, email, "wrong")).await;
        assert_eq!(refused.unwrap_err(), wrong_credentials(), "{email}");
        hashes
    };
    assert_eq!(cost(EMAIL).await, 1, "a wrong password");
    assert_eq!(cost("nobody@example.com").await, 1, "an unknown address");
    assert_eq!(cost("invited@example.com").await, 1, "an account without password");
    sql(&test, "update users set active = false").await;
    assert_eq!(cost(EMAIL).await, 1, "a deactivated account");
    sql(&test, "update users set active = true, archived_at = now()").await;
    assert_eq!(cost(EMAIL).await, 1, "an archived account");
    sql(&test, "update users set archived_at = null").await;
    sql(&test, "update organisations set archived_at = now()").await;
    assert_eq!(cost(EMAIL).await, 1, "an organisation that is gone");
    sql(&test, "update organisations set archived_at = null").await;
    let (entered, hashes) = counting_hashes(sign_in(&test.store, EMAIL, PASSWORD)).await;
    assert_eq!((entered.is_ok(), hashes), (true, 1));
}

#[tokio::test]
async fn ten_failures_close_an_address_for_a_while() {
    let (test, _) = set_up().await;
    // More at once than are allowed: none slips through uncounted.
    let guesses = (0..16).map(|_| {
        let store = test.store.clone();
        tokio::spawn(async move { sign_in(&store, EMAIL, "wrong").await.unwrap_err() })
    });
    let mut wrong = 0;
    for guess in guesses.collect::<Vec<_>>() {
        match guess.await.unwrap() {
            Error::RateLimited { retry_after } => assert!((1..=900).contains(&retry_after)),
            error => {
                assert_eq!(error, wrong_credentials());
                wrong += 1;
            }
        }
    }
    assert_eq!(wrong, 10);
    let refused = sign_in(&test.store, EMAIL, PASSWORD).await;
    assert!(matches!(refused.unwrap_err(), Error::RateLimited { .. }));
    // Who guesses doesn't keep out whom the address belongs to, unless they guess from everywhere.
    test.store.sign_in(EMAIL, PASSWORD, &client("10.9.9.9")).await.unwrap();
    sql(&test, "insert into sign_in_attempts (key) select key from sign_in_attempts, generate_series(1, 9)").await;
    let refused = test.store.sign_in(EMAIL, PASSWORD, &client("10.9.9.9")).await;
    assert!(matches!(refused.unwrap_err(), Error::RateLimited { .. }));
    sql(&test, "delete from sign_in_attempts where id not in (select min(id) from sign_in_attempts group by key)")
        .await;
    assert_eq!(sign_in(&test.store, "other@example.com", "wrong").await.unwrap_err(), wrong_credentials());
    sql(&test, "update sign_in_attempts set at = at - interval '15 minutes'").await;
    sign_in(&test.store, EMAIL, PASSWORD).await.unwrap();
}

#[tokio::test]
async fn many_addresses_from_one_network_are_limited_too_but_success_costs_nothing() {
    let (test, _) = set_up().await;
    for _ in 0..12 {
        sign_in(&test.store, EMAIL, PASSWORD).await.unwrap();
    }
    for n in 0..40 {
        let error = sign_in(&test.store, &format!("user{n}@example.com"), "wrong").await.unwrap_err();
        assert_eq!(error, wrong_credentials());
    }
    let refused = sign_in(&test.store, "one.more@example.com", "wrong").await.unwrap_err();
    assert!(matches!(refused, Error::RateLimited { .. }));
    test.store.sign_in(EMAIL, PASSWORD, &client("10.0.0.7")).await.unwrap();
}

#[tokio::test]
async fn a_session_lives_while_it_is_used() {
    let (test, admin) = set_up().await;
    sql(&test, "update sessions set last_seen_at = now() - interval '10 days', expires_at = now() + interval '5 days'")
        .await;
    test.store.session(admin.token.expose()).await.unwrap();
    let prolonged = sql(&test, "select from sessions where last_seen_at > now() - interval '1 minute' and expires_at > now() + interval '14 days'").await;
    assert_eq!(prolonged, 1);
    sql(&test, "update sessions set expires_at = now() - interval '1 second'").await;
    assert_eq!(test.store.session(admin.token.expose()).await.unwrap_err(), Error::Unauthenticated);
    test.store.purge_expired().await.unwrap();
    assert_eq!(sql(&test, "select from sessions").await, 0);
}

/// As if the sign-in had been so many days and seconds ago; the last use was some minutes ago.
async fn signed_in_before(test: &TestStore, days: i32, seconds: i32) {
    let statement = format!(
        "update sessions set created_at = now() - interval '{days} days' - interval '{seconds} seconds',
         last_seen_at = now() - interval '6 minutes'"
    );
    sql(test, &statement).await;
}

#[tokio::test]
async fn no_use_carries_a_session_beyond_its_end() {
    let (test, admin) = set_up().await;
    let token = admin.token.expose();
    signed_in_before(&test, SESSION_DAYS, -60).await;
    test.store.session(token).await.unwrap();
    let kept = "select from sessions where last_seen_at > now() - interval '1 minute'
                and expires_at < now() + interval '2 minutes'";
    assert_eq!(sql(&test, kept).await, 1, "used in its last minute, and not prolonged beyond it");
    let devices = test.store.sessions(&admin.session.actor).await.unwrap();
    assert_eq!(devices[0].expires_at, devices[0].created_at + TimeDelta::days(SESSION_DAYS.into()));
    // Though its rights are known from a moment ago, and whatever stands beside it.
    signed_in_before(&test, SESSION_DAYS, 1).await;
    sql(&test, "update sessions set expires_at = now() + interval '1 year'").await;
    assert_eq!(test.store.session(token).await.unwrap_err(), Error::Unauthenticated);
}

#[tokio::test]
async fn sessions_are_listed_and_ended_by_their_user_only() {
    let (test, first) = set_up().await;
    let store = &test.store;
    let second = sign_in(store, EMAIL, PASSWORD).await.unwrap();
    let third = sign_in(store, EMAIL, PASSWORD).await.unwrap();
    let rep = colleague(&test, &first, "rep@example.com", "Sales rep").await;
    let actor = &first.session.actor;
    assert_eq!(store.sessions(actor).await.unwrap().len(), 3);
    assert_eq!(store.revoke_session(&rep.session.actor, second.session.session_id).await.unwrap_err(), Error::NotFound);

    store.revoke_session(actor, second.session.session_id).await.unwrap();
    assert_eq!(store.session(second.token.expose()).await.unwrap_err(), Error::Unauthenticated);
    assert_eq!(store.revoke_all_others(actor, first.session.session_id).await.unwrap(), 1);
    assert_eq!(store.session(third.token.expose()).await.unwrap_err(), Error::Unauthenticated);
    store.session(first.token.expose()).await.unwrap();
    store.session(rep.token.expose()).await.unwrap();
    store.sign_out(first.token.expose()).await.unwrap();
    assert_eq!(store.session(first.token.expose()).await.unwrap_err(), Error::Unauthenticated);
}

#[tokio::test]
async fn a_deactivated_user_is_out_at_once() {
    let (test, admin) = set_up().await;
    let api = test.store.create_api_token(&admin.session.actor, "script", None).await.unwrap();
    sql(&test, "update users set active = false").await;
    assert_eq!(test.store.session(admin.token.expose()).await.unwrap_err(), Error::Unauthenticated);
    assert_eq!(test.store.actor_for_api_token(api.token.expose()).await.unwrap_err(), Error::Unauthenticated);
    let actor = &admin.session.actor;
    assert_eq!(test.store.actor(actor.org_id, actor.user_id).await.unwrap_err(), Error::Unauthenticated);
    // Back again: signed in anew, not where a device was left open.
    sql(&test, "update users set active = true").await;
    assert_eq!(test.store.session(admin.token.expose()).await.unwrap_err(), Error::Unauthenticated);
    sign_in(&test.store, EMAIL, PASSWORD).await.unwrap();
}

#[tokio::test]
async fn each_session_has_its_own_csrf_token() {
    let (test, first) = set_up().await;
    let second = sign_in(&test.store, EMAIL, PASSWORD).await.unwrap();
    let session = test.store.session(first.token.expose()).await.unwrap();
    assert!(session.is_csrf(first.session.csrf.expose()));
    assert!(!session.is_csrf(second.session.csrf.expose()));
    assert!(!session.is_csrf(""));
    assert!(!format!("{first:?}").contains(first.token.expose()));
}

#[tokio::test]
async fn an_actor_has_the_teams_below_and_the_sum_of_the_roles() {
    let (test, admin) = set_up().await;
    let manager = colleague(&test, &admin, "manager@example.com", "Sales manager").await.session.actor;
    let teams: Vec<Uuid> = (0..3).map(|_| Uuid::now_v7()).collect();
    let parents = [None, Some(teams[0]), Some(teams[1])];
    for (n, (id, parent)) in teams.iter().zip(parents).enumerate() {
        let team = values(json!({"name": format!("Team {n}"), "parent_id": parent}));
        test.store
            .apply(&admin.session.actor, Command::one("team", Change::Create { id: *id, values: team }))
            .await
            .unwrap();
    }
    let roles = [role_named(&test, "Sales manager").await, role_named(&test, "Support agent").await];
    let change = values(json!({"team_id": teams[1], "role_ids": roles}));
    let change = Change::Update { id: manager.user_id, version: None, values: change };
    test.store.apply(&admin.session.actor, Command::one("user", change)).await.unwrap();

    let actor = test.store.actor(manager.org_id, manager.user_id).await.unwrap();
    assert_eq!(actor.team_id, Some(teams[1]));
    let mut below = actor.teams_below;
    below.sort();
    assert_eq!(below, teams[1..]);
    assert_eq!(actor.grants.types["customer"].read, Level::All);
    assert_eq!(actor.grants.types["customer"].update, Level::TeamBelow);
    assert!(!actor.grants.admin);

    // A cycle, which the write path refuses, must not hang anybody.
    sql(&test, &format!("update teams set parent_id = '{}' where id = '{}'", teams[2], teams[1])).await;
    assert_eq!(test.store.actor(manager.org_id, manager.user_id).await.unwrap().teams_below.len(), 2);
}

#[tokio::test]
async fn changing_the_password_ends_the_other_sessions() {
    let (test, admin) = set_up().await;
    let store = &test.store;
    let other = sign_in(store, EMAIL, PASSWORD).await.unwrap();
    let (actor, here) = (&admin.session.actor, admin.session.session_id);
    let wrong = store.change_password(actor, here, "wrong", "a new quiet place").await.unwrap_err();
    assert_eq!(wrong, Error::invalid("old_password", "password_wrong"));
    let weak = store.change_password(actor, here, PASSWORD, "linyue2024!").await.unwrap_err();
    assert_eq!(weak.code(), "invalid");
    store.change_password(actor, here, PASSWORD, "a new quiet place").await.unwrap();
    store.session(admin.token.expose()).await.unwrap();
    assert_eq!(store.session(other.token.expose()).await.unwrap_err(), Error::Unauthenticated);
    assert_eq!(sign_in(store, EMAIL, PASSWORD).await.unwrap_err(), wrong_credentials());
    sign_in(store, EMAIL, "a new quiet place").await.unwrap();
}

#[tokio::test]
async fn a_reset_works_once_and_ends_all_sessions() {
    let (test, admin) = set_up().await;
    let store = &test.store;
    assert!(store.request_reset("nobody@example.com").await.unwrap().is_empty());
    let mails = store.request_reset(EMAIL).await.unwrap();
    assert_eq!((mails.len(), mails[0].to.as_str(), mails[0].org_name.as_str()), (1, EMAIL, "Lin Trading"));
    let token = mails[0].token.expose();
    assert_eq!(store.reset_password(token, "short").await.unwrap_err().code(), "invalid");
    store.reset_password(token, "a new quiet place").await.unwrap();
    assert_eq!(store.reset_password(token, "yet another place").await.unwrap_err(), token_expired());
    assert_eq!(store.session(admin.token.expose()).await.unwrap_err(), Error::Unauthenticated);
    sign_in(store, EMAIL, "a new quiet place").await.unwrap();
}

#[tokio::test]
async fn an_administrator_lets_a_colleague_back_in() {
    let (test, admin) = set_up().await;
    let store = &test.store;
    let rep = colleague(&test, &admin, "rep@example.com", "Sales rep").await;
    let (boss, user) = (&admin.session.actor, rep.session.actor.user_id);
    assert_eq!(store.reset_for(&rep.session.actor, boss.user_id).await.unwrap_err(), Error::Forbidden);
    assert_eq!(store.reset_for(boss, Uuid::now_v7()).await.unwrap_err(), Error::NotFound);
    let token = store.reset_for(boss, user).await.unwrap();
    store.reset_password(token.expose(), "a new quiet place").await.unwrap();
    assert_eq!(store.session(rep.token.expose()).await.unwrap_err(), Error::Unauthenticated);
    sign_in(store, "rep@example.com", "a new quiet place").await.unwrap();
    // Imported people have no address at first.
    sql(&test, &format!("update users set email = null where id = '{user}'")).await;
    assert_eq!(store.reset_for(boss, user).await.unwrap_err(), Error::invalid("email", "required"));
}

#[tokio::test]
async fn a_reset_link_dies_with_time_and_with_the_address() {
    let (test, _) = set_up().await;
    let store = &test.store;
    let old = store.request_reset(EMAIL).await.unwrap().remove(0).token;
    sql(&test, "update password_resets set expires_at = now() - interval '1 second'").await;
    assert_eq!(store.reset_password(old.expose(), "a new quiet place").await.unwrap_err(), token_expired());
    let moved = store.request_reset(EMAIL).await.unwrap().remove(0).token;
    sql(&test, "update users set email = 'new@example.com'").await;
    assert_eq!(store.reset_password(moved.expose(), "a new quiet place").await.unwrap_err(), token_expired());
    sign_in(store, "new@example.com", PASSWORD).await.unwrap();
    sql(&test, "update users set email = 'lin@example.com'").await;
    assert_eq!(store.request_reset(EMAIL).await.unwrap().len(), 1);
    assert_eq!(store.request_reset(EMAIL).await.unwrap().len(), 0, "the fourth mail within 15 minutes is not sent");
}

#[tokio::test]
async fn an_invitation_is_accepted_once_and_makes_a_user() {
    let (test, admin) = set_up().await;
    let store = &test.store;
    let invite = Invite {
        email: "Zhao@Example.com".to_owned(),
        name: Some("赵敏".to_owned()),
        role_ids: vec![role_named(&test, "Sales rep").await],
        team_id: None,
    };
    let token = store.invite(&admin.session.actor, invite).await.unwrap();
    let preview = store.invitation(token.expose()).await.unwrap();
    assert_eq!((preview.org_name.as_str(), preview.email.as_str()), ("Lin Trading", "zhao@example.com"));
    assert_eq!(preview.invited_by, "Lin Yue");
    let weak = store.accept_invitation(token.expose(), "赵敏", "zhao123456789", &client("10.0.0.2")).await.unwrap_err();
    assert_eq!(weak, Error::invalid("password", "password_common"));
    let joined = store.accept_invitation(token.expose(), "赵敏", PASSWORD, &client("10.0.0.2")).await.unwrap();
    assert_eq!(joined.session.name, "赵敏");
    assert_eq!(joined.session.actor.grants.types["lead"].read, Level::Own);
    let again = store.accept_invitation(token.expose(), "赵敏", PASSWORD, &client("10.0.0.2")).await.unwrap_err();
    assert_eq!(again, token_expired());
    assert!(store.invitations(&admin.session.actor).await.unwrap().is_empty());
    sign_in(store, "zhao@example.com", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn an_invitation_ends_when_withdrawn_repeated_expired_or_its_inviter_demoted() {
    let (test, admin) = set_up().await;
    let store = &test.store;
    let actor = &admin.session.actor;
    let invite = || Invite { email: "zhao@example.com".to_owned(), ..Invite::default() };
    let first = store.invite(actor, invite()).await.unwrap();
    let second = store.invite(actor, invite()).await.unwrap();
    assert_eq!(store.invitation(first.expose()).await.unwrap_err(), token_expired());
    let open = store.invitations(actor).await.unwrap();
    assert_eq!(open.len(), 1);
    store.revoke_invitation(actor, open[0].id).await.unwrap();
    assert_eq!(store.revoke_invitation(actor, open[0].id).await.unwrap_err(), Error::NotFound);
    assert_eq!(store.invitation(second.expose()).await.unwrap_err(), token_expired());

    let third = store.invite(actor, invite()).await.unwrap();
    sql(&test, "update users set role_ids = '{}'").await;
    let accepted = store.accept_invitation(third.expose(), "Zhao", PASSWORD, &Client::default()).await;
    assert_eq!(accepted.unwrap_err(), token_expired());
    sql(&test, "update invitations set expires_at = now() - interval '1 second'").await;
    assert_eq!(store.invitation(third.expose()).await.unwrap_err(), token_expired());
    assert_eq!(sql(&test, "select from users").await, 1);
}

#[tokio::test]
async fn only_administrators_invite_and_only_what_exists() {
    let (test, admin) = set_up().await;
    let store = &test.store;
    let rep = colleague(&test, &admin, "rep@example.com", "Sales rep").await.session.actor;
    let invite = |email: &str| Invite { email: email.to_owned(), ..Invite::default() };
    assert_eq!(store.invite(&rep, invite("x@example.com")).await.unwrap_err(), Error::Forbidden);
    assert_eq!(store.invitations(&rep).await.unwrap_err(), Error::Forbidden);
    assert_eq!(store.revoke_invitation(&rep, Uuid::now_v7()).await.unwrap_err(), Error::Forbidden);
    let actor = &admin.session.actor;
    assert_eq!(store.invite(actor, invite("rep@example.com")).await.unwrap_err(), Error::invalid("email", "taken"));
    assert_eq!(store.invite(actor, invite("nonsense")).await.unwrap_err(), Error::invalid("email", "email"));
    let unknown = Invite { role_ids: vec![Uuid::now_v7()], ..invite("x@example.com") };
    assert_eq!(store.invite(actor, unknown).await.unwrap_err(), Error::invalid("role_ids", "reference"));
    let unknown = Invite { team_id: Some(Uuid::now_v7()), ..invite("x@example.com") };
    assert_eq!(store.invite(actor, unknown).await.unwrap_err(), Error::invalid("team_id", "reference"));
}

#[tokio::test]
async fn inviting_a_user_without_a_password_gives_them_theirs() {
    let (test, admin) = set_up().await;
    let store = &test.store;
    let id = Uuid::now_v7();
    let imported = values(json!({"name": "Darcel", "email": "darcel@example.com"}));
    store.apply(&admin.session.actor, Command::one("user", Change::Create { id, values: imported })).await.unwrap();
    assert_eq!(sign_in(store, "darcel@example.com", PASSWORD).await.unwrap_err(), wrong_credentials());
    let joined = colleague(&test, &admin, "darcel@example.com", "Sales rep").await;
    assert_eq!(joined.session.actor.user_id, id);
    assert_eq!(sql(&test, "select from users where email = 'darcel@example.com'").await, 1);
}

#[tokio::test]
async fn api_tokens_act_as_their_user_until_they_end() {
    let (test, admin) = set_up().await;
    let store = &test.store;
    let actor = &admin.session.actor;
    let made = store.create_api_token(actor, "  nightly export ", None).await.unwrap();
    assert!(made.token.expose().starts_with("gx_"));
    assert_eq!(&store.actor_for_api_token(made.token.expose()).await.unwrap(), actor);
    let listed = store.api_tokens(actor).await.unwrap();
    assert_eq!((listed.len(), listed[0].name.as_str()), (1, "nightly export"));
    assert!(listed[0].last_used_at.is_some());
    let rep = colleague(&test, &admin, "rep@example.com", "Sales rep").await.session.actor;
    assert_eq!(store.revoke_api_token(&rep, made.id).await.unwrap_err(), Error::NotFound);
    store.revoke_api_token(actor, made.id).await.unwrap();
    assert_eq!(store.actor_for_api_token(made.token.expose()).await.unwrap_err(), Error::Unauthenticated);
    assert!(store.api_tokens(actor).await.unwrap().is_empty());

    let brief =
        store.create_api_token(actor, "brief", Some(chrono::Utc::now() + chrono::TimeDelta::hours(1))).await.unwrap();
    sql(&test, "update api_tokens set expires_at = now() - interval '1 second' where name = 'brief'").await;
    assert_eq!(store.actor_for_api_token(brief.token.expose()).await.unwrap_err(), Error::Unauthenticated);
    assert_eq!(store.actor_for_api_token(admin.token.expose()).await.unwrap_err(), Error::Unauthenticated);
    assert_eq!(store.create_api_token(actor, " ", None).await.unwrap_err(), Error::invalid("name", "required"));
    let past = Some(chrono::Utc::now() - chrono::TimeDelta::hours(1));
    assert_eq!(
        store.create_api_token(actor, "past", past).await.unwrap_err(),
        Error::invalid("expires_at", "out_of_range_plain")
    );
}

/// Another organisation with a user of that address.
async fn second_organisation(store: &Store, email: &str, password: &str) -> Actor {
    let actor = Actor::administrator(Uuid::now_v7(), Uuid::now_v7());
    let organisation = values(json!({"name": "Other", "currency": "USD", "timezone": "UTC", "locale": "en"}));
    let user = values(json!({"name": "Other Lin", "email": email}));
    for (record_type, id, values) in [("organisation", actor.org_id, organisation), ("user", actor.user_id, user)] {
        store.apply(&actor, Command::one(record_type, Change::Create { id, values })).await.unwrap();
    }
    store.set_password(actor.org_id, actor.user_id, password).await.unwrap();
    actor
}

#[tokio::test]
async fn the_password_decides_between_organisations_that_know_an_address() {
    let (test, admin) = set_up().await;
    let other = second_organisation(&test.store, EMAIL, "some other password").await;
    let here = sign_in(&test.store, EMAIL, PASSWORD).await.unwrap();
    assert_eq!(here.session.actor.org_id, admin.session.actor.org_id);
    let there = sign_in(&test.store, EMAIL, "some other password").await.unwrap();
    assert_eq!(there.session.actor.org_id, other.org_id);
    let accounts = test.store.accounts(EMAIL).await.unwrap();
    assert!(accounts.iter().all(|account| account.has_password));
    assert_eq!(accounts.len(), 2);
    assert_eq!(test.store.request_reset(EMAIL).await.unwrap().len(), 2);
    let actor = &admin.session.actor;
    assert_eq!(test.store.revoke_session(actor, there.session.session_id).await.unwrap_err(), Error::NotFound);
    assert_eq!(test.store.actor(actor.org_id, other.user_id).await.unwrap_err(), Error::Unauthenticated);
}

#[tokio::test]
async fn the_roles_that_read_and_write_records_reach_no_secret() {
    let (test, _) = set_up().await;
    let tables =
        ["credentials", "sessions", "api_tokens", "invitations", "password_resets", "sign_in_attempts", "sign_in_log"];
    for role in ["guanxi_app", "guanxi_writer"] {
        for table in tables {
            let mut tx = test.owner.begin().await.unwrap();
            sqlx::query(AssertSqlSafe(format!("set local role {role}"))).execute(&mut *tx).await.unwrap();
            let read = sqlx::query(AssertSqlSafe(format!("select from {table}"))).execute(&mut *tx).await.unwrap_err();
            assert_eq!(read.as_database_error().unwrap().code().as_deref(), Some("42501"), "{role} {table}");
        }
    }
    for forbidden in ["select phone from users", "update users set active = true", "select from customers"] {
        let mut tx = test.owner.begin().await.unwrap();
        sqlx::query("set local role guanxi_auth").execute(&mut *tx).await.unwrap();
        let error = sqlx::query(AssertSqlSafe(forbidden.to_owned())).execute(&mut *tx).await.unwrap_err();
        assert_eq!(error.as_database_error().unwrap().code().as_deref(), Some("42501"), "{forbidden}");
    }
}

#[tokio::test]
async fn a_sign_in_transaction_of_one_organisation_sees_no_other() {
    let (test, _) = set_up().await;
    let mut tx = test.owner.begin().await.unwrap();
    sqlx::query("select set_config('role', 'guanxi_auth', true), set_config('guanxi.org', $1, true)")
        .bind(Uuid::now_v7().to_string())
        .execute(&mut *tx)
        .await
        .unwrap();
    for table in ["credentials", "sessions", "sign_in_log", "organisations", "roles"] {
        let statement = format!("select org_id from {table}");
        let seen = sqlx::query(AssertSqlSafe(statement)).execute(&mut *tx).await.unwrap().rows_affected();
        assert_eq!(seen, 0, "{table}");
    }
}

#[tokio::test]
async fn people_change_their_own_profile_and_nothing_that_decides_on_rights() {
    let (test, admin) = set_up().await;
    let rep = colleague(&test, &admin, "rep@example.com", "Sales rep").await.session.actor;
    test.store.update_profile(&rep, values(json!({"phone": "+86 138 0000 0000", "locale": "zh-CN"}))).await.unwrap();
    let profile = test.store.profile(&rep).await.unwrap();
    assert_eq!(
        (profile["phone"].as_str(), profile["email"].as_str()),
        (Some("+86 138 0000 0000"), Some("rep@example.com"))
    );
    assert!(!profile.contains_key("role_ids"));
    for (field, value) in [("role_ids", json!([])), ("email", json!("x@example.com")), ("active", json!(false))] {
        let refused = test.store.update_profile(&rep, [(field.to_owned(), value)].into_iter().collect()).await;
        assert_eq!(refused.unwrap_err(), Error::invalid(field, "read_only"));
    }
}

#[tokio::test]
async fn administrators_read_what_was_changed_and_who_signed_in_and_others_do_not() {
    let (test, admin) = set_up().await;
    let rep = colleague(&test, &admin, "rep@example.com", "Sales rep").await.session.actor;
    test.store.update_profile(&rep, values(json!({"phone": "+86 138 0000 0000"}))).await.unwrap();
    sign_in(&test.store, EMAIL, "wrong").await.unwrap_err();

    let query = AuditQuery { actor_id: Some(rep.user_id), ..AuditQuery::default() };
    let page = test.store.audit(&admin.session.actor, &query).await.unwrap();
    assert_eq!(page.entries[0].changes["phone"], json!([null, "+86 138 0000 0000"]));
    assert_eq!(page.titles[&rep.user_id], "Colleague");
    let none = AuditQuery { words: Some("nothing is called this".to_owned()), ..AuditQuery::default() };
    assert!(test.store.audit(&admin.session.actor, &none).await.unwrap().entries.is_empty());

    let log = test.store.sign_ins(&admin.session.actor, None).await.unwrap();
    assert!(!log[0].ok && log[0].name == "Lin Yue");
    assert_eq!(test.store.sign_ins(&admin.session.actor, Some(log[0].id)).await.unwrap().len(), log.len() - 1);

    assert_eq!(test.store.audit(&rep, &AuditQuery::default()).await.unwrap_err(), Error::Forbidden);
    assert_eq!(test.store.sign_ins(&rep, None).await.unwrap_err(), Error::Forbidden);
}

#[tokio::test]
async fn changes_of_user_defined_fields_are_told_each_by_itself() {
    let (test, admin) = set_up().await;
    let actor = &admin.session.actor;
    let make = async |def: &RecordDef, fields: Value| {
        let change = Change::Create { id: Uuid::now_v7(), values: values(fields) };
        test.store.apply(actor, Command::one(def.name, change)).await.unwrap().rows.remove(0).id
    };
    for key in ["region", "size"] {
        make(
            &CUSTOM_FIELD,
            json!({"record_type": "customer", "key": key, "label": key.to_uppercase(), "kind": "text"}),
        )
        .await;
    }
    let id = make(&CUSTOMER, json!({"name": "Acme", "custom": {"region": "east", "size": "big"}})).await;
    let other =
        Change::Update { id, version: None, values: values(json!({"custom": {"region": "west", "size": "big"}})) };
    test.store.apply(actor, Command::one("customer", other)).await.unwrap();

    let told = test.store.timeline(actor, &CUSTOMER, id, &TimelineQuery::default()).await.unwrap();
    let Happening::Change { changes, .. } = &told.entries[0].what else { panic!("{:?}", told.entries[0]) };
    assert_eq!(Value::Object(changes.clone()), json!({"custom.region": ["east", "west"]}));
    assert_eq!(told.custom["customer"][0].label, "REGION");
    let mut blind = actor.clone();
    blind.grants.admin = false;
    blind.grants.types = [("customer".to_owned(), TypeRights { read: Level::All, ..TypeRights::default() })].into();
    blind.grants.fields = [("customer.custom".to_owned(), FieldAccess::Hidden)].into();
    let told = test.store.timeline(&blind, &CUSTOMER, id, &TimelineQuery::default()).await.unwrap();
    let Happening::Change { changes, .. } = &told.entries[0].what else { panic!("{:?}", told.entries[0]) };
    assert!(changes.is_empty() && told.custom.is_empty(), "{changes:?}");
    for (field, n) in [("custom.region", 2), ("custom.size", 1), ("custom.other", 0)] {
        let query = AuditQuery { field: Some(field.to_owned()), ..AuditQuery::default() };
        let page = test.store.audit(actor, &query).await.unwrap();
        assert_eq!(page.entries.len(), n, "{field}");
        assert_eq!(page.custom.contains_key("customer"), n > 0);
    }
}

#[tokio::test]
async fn the_audit_log_is_searched_by_every_name_the_number_and_the_id_and_by_what_was_done() {
    let (test, admin) = set_up().await;
    let actor = &admin.session.actor;
    let command = async |change| test.store.apply(actor, Command::one("customer", change)).await.unwrap();
    let id = Uuid::now_v7();
    let named = |name: &str| values(json!({"name": name}));
    command(Change::Create { id, values: values(json!({"name": "Old Acme", "number": "C-77"})) }).await;
    command(Change::Update { id, version: None, values: named("Renamed") }).await;
    command(Change::Update { id, version: None, values: named("Newest") }).await;
    command(Change::Create { id: Uuid::now_v7(), values: named("Other") }).await;
    let found = async |query: AuditQuery| test.store.audit(actor, &query).await.unwrap().entries;
    for words in ["old acme", "Renamed", "newest", "c-77", &id.to_string()] {
        let entries = found(AuditQuery { words: Some(words.to_owned()), ..AuditQuery::default() }).await;
        assert_eq!(entries.len(), 3, "{words}");
        assert!(entries.iter().all(|entry| entry.record_id == id), "{words}");
    }
    let query = |action: &str| AuditQuery {
        action: Some(action.to_owned()),
        record_type: Some("customer".to_owned()),
        ..AuditQuery::default()
    };
    for (action, n) in [("create", 2), ("update", 2), ("delete", 0), ("merge", 0)] {
        assert_eq!(found(query(action)).await.len(), n, "{action}");
    }
    let twin = Uuid::now_v7();
    command(Change::Create { id: twin, values: named("Twin") }).await;
    let merge = Merge {
        record_type: "customer".to_owned(),
        into: id,
        others: vec![twin],
        values: Values::new(),
        seen: Vec::new(),
    };
    test.store.merge(actor, &merge).await.unwrap();
    for (action, n) in [("update", 2), ("delete", 0), ("merge", 2)] {
        assert_eq!(found(query(action)).await.len(), n, "{action}");
    }
}

#[tokio::test]
async fn the_audit_log_is_read_page_by_page() {
    let (test, admin) = set_up().await;
    let actor = &admin.session.actor;
    let tag = |n: usize| Change::Create { id: Uuid::now_v7(), values: values(json!({"name": format!("tag {n:03}")})) };
    let command = Command { record_type: "tag".to_owned(), changes: (0..120).map(tag).collect(), ..Command::default() };
    test.store.apply(actor, command).await.unwrap();
    let mut query = AuditQuery { record_type: Some("tag".to_owned()), ..AuditQuery::default() };
    let mut seen = std::collections::BTreeSet::new();
    loop {
        let page = test.store.audit(actor, &query).await.unwrap();
        seen.extend(page.entries.iter().map(|entry| entry.record_id));
        query.cursor = page.next;
        if query.cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen.len(), 120);
}

#[tokio::test]
async fn the_command_line_finds_an_administrator_of_every_organisation() {
    let (test, admin) = set_up().await;
    colleague(&test, &admin, "rep@example.com", "Sales rep").await;
    let found = test.store.administrators().await.unwrap();
    assert_eq!(found.iter().map(|a| a.user_id).collect::<Vec<_>>(), [admin.session.actor.user_id]);
}

#[tokio::test]
async fn the_last_administrator_stays_one() {
    let (test, admin) = set_up().await;
    let actor = &admin.session.actor;
    let role = role_named(&test, "Administrator").await;
    let update = |id, fields| Change::Update { id, version: None, values: values(fields) };
    let ways = [
        ("user", update(actor.user_id, json!({"active": false}))),
        ("user", update(actor.user_id, json!({"role_ids": []}))),
        ("user", Change::Archive { id: actor.user_id }),
        ("role", update(role, json!({"grants": {}}))),
        ("role", Change::Archive { id: role }),
    ];
    for (record_type, change) in &ways {
        let answer = test.store.apply(actor, Command::one(record_type, change.clone())).await;
        assert_eq!(answer.unwrap_err(), Error::invalid("", "last_administrator"), "{change:?}");
    }
    assert!(test.store.actor(actor.org_id, actor.user_id).await.unwrap().grants.admin);
    let successor = colleague(&test, &admin, "wang@example.com", "Administrator").await;
    let (record_type, change) = ways[0].clone();
    test.store.apply(&successor.session.actor, Command::one(record_type, change)).await.unwrap();
    assert_eq!(test.store.actor(actor.org_id, actor.user_id).await.unwrap_err(), Error::Unauthenticated);
}

#[tokio::test]
async fn taking_a_promotion_back_leaves_an_administrator() {
    let (test, admin) = set_up().await;
    let (store, first) = (&test.store, &admin.session.actor);
    let second = colleague(&test, &admin, "wang@example.com", "Sales rep").await.session.actor;
    let update = |id, fields| Command::one("user", Change::Update { id, version: None, values: values(fields) });
    let role = role_named(&test, "Administrator").await;
    let promotion = store.apply(first, update(second.user_id, json!({"role_ids": [role]}))).await.unwrap().change_set;
    let second = store.actor(second.org_id, second.user_id).await.unwrap();
    store.apply(&second, update(first.user_id, json!({"active": false}))).await.unwrap();
    assert_eq!(store.undo(&second, promotion).await.unwrap_err(), Error::invalid("", "last_administrator"));
    store.apply(&second, update(first.user_id, json!({"active": true}))).await.unwrap();
    store.undo(first, promotion).await.unwrap();
    assert!(!store.actor(second.org_id, second.user_id).await.unwrap().grants.admin);
}

#[tokio::test]
async fn rights_that_changed_are_others_for_the_next_request_of_every_node() {
    let (test, admin) = set_up().await;
    let rep = colleague(&test, &admin, "rep@example.com", "Sales rep").await;
    let other_node = Store::connect(&test.url, 3).await.unwrap();
    // Known from now on.
    assert_eq!(other_node.session(rep.token.expose()).await.unwrap().actor.team_id, None);
    let user = rep.session.actor.user_id;
    let (above, below) = (Uuid::now_v7(), Uuid::now_v7());
    let org = rep.session.actor.org_id;
    sql(&test, &format!("insert into teams (org_id, id, name) values ('{org}', '{above}', 'North')")).await;
    sql(&test, &format!("update users set team_id = '{above}' where id = '{user}'")).await;
    assert_eq!(other_node.session(rep.token.expose()).await.unwrap().actor.team_id, Some(above));

    sql(
        &test,
        &format!("insert into teams (org_id, id, name, parent_id) values ('{org}', '{below}', 'N 2', '{above}')"),
    )
    .await;
    assert!(other_node.session(rep.token.expose()).await.unwrap().actor.teams_below.contains(&below));
    sql(&test, &format!("delete from teams where id = '{below}'")).await;
    assert!(!other_node.session(rep.token.expose()).await.unwrap().actor.teams_below.contains(&below));

    let grants = r#"{"types": {"lead": {"read": "all"}}}"#;
    sql(&test, &format!("update roles set grants = '{grants}' where name = 'Sales rep'")).await;
    let actor = other_node.session(rep.token.expose()).await.unwrap().actor.clone();
    assert_eq!(actor.level(&shared::types::LEAD, shared::access::Action::Read), Level::All);

    sql(&test, "update organisations set name = 'Lin & Daughters'").await;
    assert_eq!(other_node.session(rep.token.expose()).await.unwrap().org_name, "Lin & Daughters");
    other_node.close().await;
}

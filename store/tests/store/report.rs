//! Reports: every number worked out by hand, and every number the list that it opens.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use shared::access::{Actor, FieldAccess, Grants, Level, TypeRights};
use shared::command::{Change, Command};
use shared::query::{Filter, ListQuery, Op};
use shared::record::listed_with;
use shared::report::{Figures, Measure, Report, ReportQuery, Span, Timed, Times, dimension};
use shared::types::{CUSTOMER, QUEUE, SLA_POLICY, SURVEY, SURVEY_RESPONSE, TEAM, TICKET, TICKET_MESSAGE};
use shared::{Error, RecordDef};
use uuid::Uuid;

use crate::desk::Desk;

/// A week from Monday to Sunday in Shanghai, where everybody is.
const WEEK: (&str, &str) = ("2026-03-02", "2026-03-09");

fn week() -> Span {
    Span { from: WEEK.0.parse().unwrap(), until: WEEK.1.parse().unwrap() }
}

fn asked(by: &str) -> ReportQuery {
    ReportQuery { span: week(), by: by.to_owned(), filter: Vec::new() }
}

/// Day and time in Shanghai.
fn at(text: &str) -> String {
    format!("2026-{}:00+08:00", text.replace(' ', "T"))
}

/// The desk's history: two queues, of which the first promises an answer within one hour and a solution within four.
struct Told {
    desk: Desk,
    queues: [Uuid; 2],
    tickets: Vec<Uuid>,
}

impl Told {
    async fn new() -> Self {
        let desk = Desk::new(2).await;
        let mut queues = [Uuid::nil(); 2];
        for (at, name) in ["Promised", "Other"].into_iter().enumerate() {
            queues[at] = desk.make(&QUEUE, json!({"name": name, "routing": "manual"})).await.id;
        }
        let promise =
            json!({"name": "Hours", "queue_ids": [queues[0]], "first_response_minutes": 60, "resolution_minutes": 240});
        desk.make(&SLA_POLICY, promise).await;
        let mut told = Self { desk, queues, tickets: Vec::new() };
        told.tell().await;
        told
    }

    async fn ticket(&mut self, queue: usize, agent: Option<usize>, times: (&str, Option<&str>), more: Value) {
        let owner = agent.map(|agent| self.desk.agents[agent].user_id);
        let mut fields = json!({"subject": format!("T{}", self.tickets.len() + 1), "queue_id": self.queues[queue],
            "owner_id": owner, "received_at": at(times.0), "status": if times.1.is_some() { "solved" } else { "open" },
            "solved_at": times.1.map(at)});
        fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let id = self.desk.make(&TICKET, fields).await.id;
        self.tickets.push(id);
    }

    async fn says(&self, ticket: usize, agent: usize, when: &str, more: Value) {
        let mut fields = json!({"ticket_id": self.tickets[ticket - 1], "content": "A word", "said_at": at(when),
            "owner_id": self.desk.agents[agent].user_id});
        fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.desk.make(&TICKET_MESSAGE, fields).await;
    }

    async fn rated(&self, survey: Uuid, ticket: usize, score: i64) {
        let answer = json!({"survey_id": survey, "ticket_id": self.tickets[ticket - 1], "score": score, "answered_at": at("03-10 09:00")});
        self.desk.make(&SURVEY_RESPONSE, answer).await;
    }

    async fn tell(&mut self) {
        let customer = self.desk.make(&CUSTOMER, json!({"name": "Acme", "category": "important"})).await.id;
        let high = json!({"priority": "high", "customer_id": customer});
        // T1: in time. T2: late. T3: solved, and opened again since.
        self.ticket(0, Some(0), ("03-02 09:00", Some("03-02 11:00")), high).await;
        self.ticket(0, Some(0), ("03-02 10:00", Some("03-03 10:00")), json!({})).await;
        self.ticket(0, Some(1), ("03-03 09:00", Some("03-03 10:00")), json!({})).await;
        // T4: came in a minute before the week, solved in its last one; nothing was promised.
        self.ticket(1, Some(1), ("03-01 23:59", Some("03-08 23:59")), json!({})).await;
        // T5: in the last minute of the week, nobody's. T6: with the first moment after it, and overdue since. T7: archived.
        self.ticket(1, None, ("03-08 23:59", None), json!({"tags": ["late", "vip"]})).await;
        self.ticket(0, None, ("03-09 00:00", None), json!({})).await;
        self.ticket(0, Some(0), ("03-02 08:00", None), json!({})).await;
        // T8: solved before the week, opened again, and solved within it.
        self.ticket(0, Some(0), ("02-20 12:00", Some("02-21 12:00")), json!({})).await;
        for (ticket, agent, when) in [
            (1, 0, "03-02 09:30"),
            (1, 1, "03-02 10:00"),
            (2, 0, "03-02 12:00"),
            (3, 1, "03-03 09:10"),
            (4, 1, "03-02 00:09"),
            (4, 1, "03-09 00:00"),
        ] {
            self.says(ticket, agent, when, json!({})).await;
        }
        self.says(2, 0, "03-02 12:30", json!({"kind": "note"})).await;
        self.says(5, 0, "03-08 23:59", json!({"direction": "inbound"})).await;
        self.desk.change(&TICKET, self.tickets[2], json!({"status": "open"})).await;
        self.desk.change(&TICKET, self.tickets[7], json!({"status": "open"})).await;
        self.desk.change(&TICKET, self.tickets[7], json!({"status": "solved", "solved_at": at("03-04 12:00")})).await;
        let archive = Change::Archive { id: self.tickets[6] };
        self.desk.test.store.apply(&self.desk.admin, Command::one("ticket", archive)).await.unwrap();
        let survey = self.desk.make(&SURVEY, json!({"name": "How", "kind": "csat", "question": "How?"})).await.id;
        self.rated(survey, 1, 5).await;
        self.rated(survey, 2, 2).await;
        self.recommended(customer).await;
    }

    /// 10 about T1, 9 about T3 and 8 about T4; 3 by the customer, 6 by nobody we know, about no ticket; 0 after the week.
    async fn recommended(&self, customer: Uuid) {
        let survey = json!({"name": "Would", "kind": "nps", "question": "Would you?"});
        let survey = self.desk.make(&SURVEY, survey).await.id;
        for (ticket, customer, score, when) in [
            (Some(1), None, 10, "03-02 00:00"),
            (Some(3), None, 9, "03-05 12:00"),
            (Some(4), None, 8, "03-08 23:59"),
            (None, Some(customer), 3, "03-04 12:00"),
            (None, None, 6, "03-04 12:00"),
            (Some(2), None, 0, "03-09 00:00"),
        ] {
            let ticket = ticket.map(|ticket: usize| self.tickets[ticket - 1]);
            let answer = json!({"survey_id": survey, "ticket_id": ticket, "customer_id": customer, "score": score,
                "answered_at": at(when)});
            self.desk.make(&SURVEY_RESPONSE, answer).await;
        }
    }

    async fn report(&self, actor: &Actor, query: &ReportQuery) -> Report {
        self.desk.test.store.desk_report(actor, query).await.unwrap()
    }

    /// How many records the list of these conditions has.
    async fn opened(&self, actor: &Actor, def: &'static RecordDef, conditions: Vec<Filter>) -> i64 {
        let query = ListQuery { filter: Some(Filter::All(conditions)), count: true, limit: 1, ..ListQuery::default() };
        self.desk.test.store.list(actor, def, &query).await.unwrap().total.unwrap()
    }

    /// Every number is as large as the list that it opens.
    async fn opens_what_it_counts(&self, actor: &Actor, query: &ReportQuery) {
        let report = self.report(actor, query).await;
        let by = dimension(&query.by).unwrap();
        let agent = dimension("owner_id").unwrap();
        let groups = report.groups.iter().map(|group| (Some(by.condition(group.key.as_deref())), group));
        let agents = report.agents.iter().map(|group| (Some(agent.condition(group.key.as_deref())), group));
        let all = shared::report::Group { key: None, figures: report.total.clone() };
        for (own, group) in groups.chain(agents).chain([(None, &all)]) {
            for (measure, count) in &group.figures.counts {
                let about = query.filter.iter().map(|condition| measure.about(condition));
                // Replies are whose who wrote them.
                let whose = own.clone().map(|own| if *measure == Measure::Replies { own } else { measure.about(&own) });
                let conditions = about.chain(whose).chain(measure.conditions(query.span)).collect();
                let opened = self.opened(actor, measure.counts(), conditions).await;
                assert_eq!(opened, *count, "{measure:?} of {own:?} by {}", query.by);
            }
        }
        for bucket in &report.buckets {
            for (count, conditions) in [
                (bucket.received, Measure::Received.conditions(bucket.span)),
                (bucket.solved, Measure::Solved.conditions(bucket.span)),
                (bucket.backlog, Measure::backlog(bucket.span)),
            ] {
                let conditions = query.filter.iter().cloned().chain(conditions).collect();
                assert_eq!(self.opened(actor, &TICKET, conditions).await, count, "{:?}", bucket.span);
            }
        }
    }
}

fn counts(figures: &Figures, measures: &[Measure]) -> Vec<i64> {
    measures.iter().map(|measure| figures.count(*measure)).collect()
}

fn keyed(groups: &[shared::report::Group]) -> BTreeMap<Option<&str>, &Figures> {
    groups.iter().map(|group| (group.key.as_deref(), &group.figures)).collect()
}

#[tokio::test]
async fn every_measure_is_what_it_says() {
    let told = Told::new().await;
    let report = told.report(&told.desk.admin, &asked("queue_id")).await;
    let total = &report.total;
    let expected = [
        // T1, T2, T3, T5.
        (Measure::Received, 4),
        // T3, T5, T6.
        (Measure::Open, 3),
        (Measure::Overdue, 1),
        // T1, T2, T3: the others were given to their agents before the week.
        (Measure::Taken, 3),
        (Measure::Answered, 4),
        // T1, T2, T4, T8.
        (Measure::Solved, 4),
        (Measure::Promised, 3),
        (Measure::Kept, 1),
        (Measure::Missed, 2),
        // T1, T2, T3, T4.
        (Measure::FirstSolved, 4),
        (Measure::Reopened, 1),
        (Measure::Rated, 2),
        (Measure::Satisfied, 1),
        (Measure::Replies, 5),
        // About T1, T3, T4, and two about no ticket.
        (Measure::NpsAnswers, 5),
        (Measure::Promoters, 2),
        (Measure::Detractors, 2),
    ];
    assert_eq!(total.counts, expected.into());
    assert_eq!((total.rating, total.nps()), (Some(350), Some(0)));
    assert_eq!(total.share(Measure::Reopened, Measure::FirstSolved), Some(250));
    // First answers after 10, 10, 30 and 120 minutes.
    assert_eq!(total.times[&Timed::FirstResponse], Times { median: 1_200, most: 5_580 });
    // The same without T4, to which nothing was promised.
    assert_eq!(total.times[&Timed::FirstResponseWorked], Times { median: 1_800, most: 6_120 });
    // Solved after two hours, one day, seven days and twelve days.
    assert_eq!(total.times[&Timed::Resolution], Times { median: 345_600, most: 907_200 });
    // T1 took two hours, T2 a day, T8 a day before it was solved first.
    assert_eq!(total.times[&Timed::ResolutionWorked].median, 86_400);
}

#[tokio::test]
async fn numbers_are_told_by_group_and_by_agent() {
    let told = Told::new().await;
    let some = [Measure::Received, Measure::Solved, Measure::Open, Measure::Taken, Measure::Kept, Measure::Reopened];
    let by = async |path: &str| told.report(&told.desk.admin, &asked(path)).await;

    let report = by("queue_id").await;
    let queues = told.queues.map(|id| id.to_string());
    let groups = keyed(&report.groups);
    assert_eq!(counts(groups[&Some(queues[0].as_str())], &some), [3, 3, 2, 3, 1, 1]);
    assert_eq!(counts(groups[&Some(queues[1].as_str())], &some), [1, 1, 1, 0, 0, 0]);
    assert_eq!(report.titles[&told.queues[0]], "Promised");

    let agents = told.desk.agents.iter().map(|agent| agent.user_id.to_string()).collect::<Vec<_>>();
    let own = keyed(&report.agents);
    assert_eq!(counts(own[&Some(agents[0].as_str())], &some), [2, 3, 0, 2, 1, 0]);
    assert_eq!(counts(own[&Some(agents[1].as_str())], &some), [1, 1, 1, 1, 0, 1]);
    assert_eq!(counts(own[&None], &some), [1, 0, 2, 0, 0, 0]);
    let replies = |key: Option<&str>| own[&key].count(Measure::Replies);
    assert_eq!((replies(Some(&agents[0])), replies(Some(&agents[1])), replies(None)), (2, 3, 0), "whoever wrote them");
    assert_eq!(own[&Some(agents[0].as_str())].rating, Some(350));
    assert_eq!(own[&Some(agents[1].as_str())].times[&Timed::FirstResponse], Times { median: 600, most: 600 });

    let report = by("tags").await;
    let groups = keyed(&report.groups);
    assert_eq!([Some("late"), Some("vip"), None].map(|tag| groups[&tag].count(Measure::Received)), [1, 1, 3]);
    assert_eq!(report.total.count(Measure::Received), 4, "a ticket of several groups is one ticket");
    let report = by("customer_id.category").await;
    let groups = keyed(&report.groups);
    assert_eq!([Some("important"), None].map(|key| groups[&key].count(Measure::Received)), [1, 3]);
    let report = by("priority").await;
    assert_eq!(keyed(&report.groups)[&Some("high")].count(Measure::Solved), 1);
}

#[tokio::test]
async fn recommendations_are_told_by_what_answers_hang_on() {
    let told = Told::new().await;
    let of = async |path: &str| {
        let report = told.report(&told.desk.admin, &asked(path)).await;
        let answered = report.groups.into_iter().filter(|group| group.figures.count(Measure::NpsAnswers) > 0);
        answered
            .map(|group| (group.key, (group.figures.count(Measure::NpsAnswers), group.figures.nps().unwrap())))
            .collect::<BTreeMap<Option<String>, (i64, i64)>>()
    };
    let [first, second] = told.queues.map(|id| Some(id.to_string()));
    let agents = told.desk.agents.iter().map(|agent| Some(agent.user_id.to_string())).collect::<Vec<_>>();
    let nobody = (None, (2, -100));
    // T1 and T3; T4.
    assert_eq!(of("queue_id").await, [(first, (2, 100)), (second, (1, 0)), nobody.clone()].into());
    assert_eq!(of("owner_id").await, [(agents[0].clone(), (1, 100)), (agents[1].clone(), (2, 50)), nobody].into());
    // The customer of T1 answered twice, once about no ticket.
    assert_eq!(of("customer_id.category").await, [(Some("important".to_owned()), (2, 0)), (None, (3, 0))].into());
    let report = told.report(&told.desk.admin, &asked("queue_id")).await;
    let own = keyed(&report.agents);
    assert_eq!(own[&agents[1].as_deref()].nps(), Some(50));
    // An answer stays about whom it was about when others have the ticket.
    let team = told.desk.make(&TEAM, json!({"name": "Seconds"})).await.id;
    let change = json!({"owner_id": told.desk.agents[0].user_id, "team_id": team});
    told.desk.change(&TICKET, told.tickets[2], change).await;
    assert_eq!(of("owner_id").await[&agents[1]], (2, 50));
    assert_eq!(of("team_id").await[&Some(team.to_string())], (1, 100));
    told.opens_what_it_counts(&told.desk.admin, &asked("team_id")).await;
}

#[tokio::test]
async fn a_teams_page_lists_the_answers_that_the_report_counts_for_it() {
    let told = Told::new().await;
    let admin = &told.desk.admin;
    let other = told.desk.make(&TEAM, json!({"name": "Seconds"})).await.id;
    let change = json!({"owner_id": told.desk.agents[0].user_id, "team_id": other});
    told.desk.change(&TICKET, told.tickets[2], change).await;
    let report = told.report(admin, &asked("team_id")).await;
    let groups = keyed(&report.groups);
    let of_team = listed_with(&SURVEY_RESPONSE, &TEAM, admin).unwrap();
    let mut listed = Vec::new();
    for team in [other, told.desk.agents[0].team_id.unwrap()] {
        let page = Filter::field(of_team, Op::Eq, team.to_string());
        let counted = [page.clone()].into_iter().chain(Measure::NpsAnswers.conditions(week())).collect();
        let count = groups[&Some(team.to_string().as_str())].count(Measure::NpsAnswers);
        assert_eq!(told.opened(admin, &SURVEY_RESPONSE, counted).await, count);
        let all = told.opened(admin, &SURVEY_RESPONSE, vec![page]).await;
        listed.push((count, all));
    }
    // T3 is the other team's; its page has all answers: to other surveys and after the week, too.
    assert_eq!(listed, [(1, 1), (2, 5)]);
    // The scale comes with each answer.
    let kind = Filter::field("kind", Op::Eq, "nps");
    assert_eq!(told.opened(admin, &SURVEY_RESPONSE, vec![kind]).await, 6);
    let rows = told.desk.test.store.list(admin, &SURVEY_RESPONSE, &ListQuery::default()).await.unwrap().rows;
    assert_eq!(rows.iter().filter(|row| row.text("kind") == Some("csat")).count(), 2);
}

#[tokio::test]
async fn volume_and_backlog_are_told_day_by_day() {
    let told = Told::new().await;
    let report = told.report(&told.desk.admin, &asked("queue_id")).await;
    let days: Vec<_> = report.buckets.iter().map(|day| (day.received, day.solved, day.backlog)).collect();
    // Monday: T2, T4 and T8 are left. Tuesday T3 instead of T2, Wednesday without T8; Sunday T4 went and T5 came.
    assert_eq!(days, [(2, 1, 3), (1, 1, 3), (0, 1, 2), (0, 0, 2), (0, 0, 2), (0, 0, 2), (1, 1, 2)]);
}

#[tokio::test]
async fn days_before_the_first_ticket_of_all_are_not_drawn_and_quiet_ones_are() {
    let told = Told::new().await;
    let first = async |from: &str, until: &str, filter: Vec<Filter>| {
        let span = Span { from: from.parse().unwrap(), until: until.parse().unwrap() };
        let query = ReportQuery { span, filter, ..asked("queue_id") };
        let buckets = told.report(&told.desk.admin, &query).await.buckets;
        buckets.first().map(|day| (day.span.from.to_string(), day.received))
    };
    // T8 came in on the 20th of February.
    assert_eq!(first("2026-02-10", "2026-03-09", Vec::new()).await, Some(("2026-02-20".into(), 1)));
    assert_eq!(first("2026-01-01", "2026-02-10", Vec::new()).await, None);
    // Of the other queue T4 on the 1st of March; by the 12th all of it is solved but T5.
    let other = vec![Filter::field("queue_id", Op::Eq, told.queues[1].to_string())];
    assert_eq!(first("2026-02-24", "2026-03-09", other).await, Some(("2026-03-01".into(), 1)));
    // T1 to T3 are of high priority or not; where something had come in before, nothing is a number.
    let high = vec![Filter::field("priority", Op::Eq, "high")];
    assert_eq!(first("2026-03-03", "2026-03-09", high).await, Some(("2026-03-03".into(), 0)));
}

#[tokio::test]
async fn each_number_opens_the_tickets_it_counts() {
    let told = Told::new().await;
    for by in ["queue_id", "owner_id", "customer_id", "tags", "customer_id.category", "priority", "sla_policy_id"] {
        told.opens_what_it_counts(&told.desk.admin, &asked(by)).await;
    }
    let queue = Filter::field("queue_id", Op::Eq, told.queues[0].to_string());
    let important = Filter::Not(Box::new(Filter::field("customer_id.category", Op::Eq, "important")));
    let narrowed = ReportQuery { filter: vec![queue, important], ..asked("owner_id") };
    let report = told.report(&told.desk.admin, &narrowed).await;
    assert_eq!(
        counts(&report.total, &[Measure::Received, Measure::Solved, Measure::Replies]),
        [2, 2, 2],
        "T2, T3; T2, T8"
    );
    told.opens_what_it_counts(&told.desk.admin, &narrowed).await;
    let year = Span { from: "2026-01-01".parse().unwrap(), until: "2027-01-01".parse().unwrap() };
    told.opens_what_it_counts(&told.desk.admin, &ReportQuery { span: year, ..asked("queue_id") }).await;
}

#[tokio::test]
async fn only_tickets_that_one_may_read_are_counted() {
    let told = Told::new().await;
    let own = TypeRights { read: Level::Own, ..TypeRights::default() };
    let grants = Grants { types: [("ticket".to_owned(), own)].into(), ..Grants::default() };
    let rep = Actor { grants, ..told.desk.agents[1].clone() };
    // T3 and T4.
    let report = told.report(&rep, &asked("queue_id")).await;
    let some = [Measure::Received, Measure::Solved, Measure::Open, Measure::FirstSolved, Measure::Reopened];
    assert_eq!(counts(&report.total, &some), [1, 1, 1, 2, 1]);
    assert!(!report.total.counts.contains_key(&Measure::Replies), "messages are not theirs to count");
    assert_eq!(report.agents.len(), 1);
    assert!(report.titles.is_empty(), "nor what queues and colleagues are called");
    told.opens_what_it_counts(&rep, &asked("queue_id")).await;
    let refused = told.desk.test.store.desk_report(&rep, &asked("customer_id.category")).await;
    assert_eq!(refused, Err(Error::invalid("by", "unknown_field")));
    // The administrator's customer is not theirs: its tickets are counted, what it is stays unsaid.
    let mut agent = told.desk.agents[0].clone();
    agent.grants.types.insert("customer".to_owned(), own);
    let groups = |report: Report| report.groups.into_iter().filter_map(|group| group.key).collect::<Vec<String>>();
    assert_eq!(groups(told.report(&agent, &asked("customer_id.category")).await), Vec::<String>::new());
    let all = told.report(&told.desk.agents[0], &asked("customer_id.category")).await;
    assert_eq!(groups(all), ["important"]);

    let elsewhere = Actor { org_id: Uuid::now_v7(), ..told.desk.admin.clone() };
    let report = told.report(&elsewhere, &asked("queue_id")).await;
    assert!(report.total.counts.values().all(|count| *count == 0) && report.groups.is_empty());
    let stranger = Actor { grants: Grants::default(), ..rep };
    assert_eq!(told.desk.test.store.desk_report(&stranger, &asked("queue_id")).await, Err(Error::Forbidden));
}

#[tokio::test]
async fn hidden_fields_tell_nothing_and_the_rest_is_told() {
    let told = Told::new().await;
    let mut actor = told.desk.agents[0].clone();
    for field in ["ticket.satisfaction", "ticket.owner_id", "ticket.received_at", "ticket.sla_state"] {
        actor.grants.fields.insert(field.to_owned(), FieldAccess::Hidden);
    }
    let report = told.report(&actor, &asked("queue_id")).await;
    let told_of: Vec<Measure> = report.total.counts.keys().copied().collect();
    let expected =
        [Measure::Open, Measure::Answered, Measure::Solved, Measure::FirstSolved, Measure::Reopened, Measure::Replies];
    assert_eq!(told_of, expected);
    let times: Vec<Timed> = report.total.times.keys().copied().collect();
    assert_eq!(times, [Timed::FirstResponseWorked, Timed::ResolutionWorked], "which do not tell when it came in");
    assert_eq!(report.total.rating, None);
    let agents: i64 = report.agents.iter().map(|agent| agent.figures.count(Measure::Solved)).sum();
    assert!(agents == 0 && report.buckets.is_empty());
    for by in ["owner_id", "sla_state", "subject", "clocks", "nothing"] {
        let refused = told.desk.test.store.desk_report(&actor, &asked(by)).await;
        assert_eq!(refused, Err(Error::invalid("by", "unknown_field")), "{by}");
    }
}

#[tokio::test]
async fn days_that_make_no_sense_are_refused() {
    let desk = Desk::new(0).await;
    for (from, until) in [("2026-03-02", "2026-03-02"), ("2026-03-02", "2026-03-01"), ("2000-01-01", "2026-01-01")] {
        let span = Span { from: from.parse().unwrap(), until: until.parse().unwrap() };
        let refused = desk.test.store.desk_report(&desk.admin, &ReportQuery { span, ..asked("queue_id") }).await;
        let Err(Error::Invalid { fields }) = refused else { panic!("{refused:?}") };
        assert_eq!((fields[0].field.as_str(), fields[0].code.as_str()), ("span", "out_of_range"));
    }
    let far = Span { from: chrono::NaiveDate::MAX.pred_opt().unwrap(), until: chrono::NaiveDate::MAX };
    let refused = desk.test.store.desk_report(&desk.admin, &ReportQuery { span: far, ..asked("queue_id") }).await;
    assert!(matches!(refused, Err(Error::Invalid { .. })), "{refused:?}");
    let empty = desk.test.store.desk_report(&desk.admin, &asked("queue_id")).await.unwrap();
    assert!(empty.groups.is_empty() && empty.buckets.is_empty());
}

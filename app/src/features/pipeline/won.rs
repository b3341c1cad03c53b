//! A deal was won: a short celebration, and the next step one click away.

use std::time::Duration;

use chrono::Days;
use leptos::prelude::*;
use shared::Row;
use shared::command::{Change, Command};
use shared::format::money_short;
use shared::record::{Values, instant_text};
use uuid::Uuid;

use super::model::OpenBoard;
use crate::context::{browser_now, t};
use crate::ui::{Button, ButtonKind, Dialog, Icon, Size, open_about};

/// As long as the stamp in the style sheet.
const BURST: Duration = Duration::from_millis(950);
/// When the proposed follow-ups are due, days from now.
const HANDOVER: u64 = 1;
const THANKS: u64 = 3;

/// The celebration and its dialog.
pub(super) fn won_dialog(board: OpenBoard) -> impl IntoView {
    let (open, burst) = (open_about(board.won), RwSignal::new(false));
    Effect::new(move |_| {
        if board.won.with(Option::is_some) {
            burst.set(true);
            let end = move || {
                let _ = burst.try_set(false);
            };
            set_timeout(end, BURST);
        }
    });
    let title = Signal::derive(move || {
        let name = board.won.with(|row| row.as_ref().and_then(|row| row.text("name").map(str::to_owned)));
        board.page.text_with("board.won_prompt.title", &[("name", &name.unwrap_or_default())])
    });
    let text = move || board.won.with(|row| row.as_ref().map(|row| congratulation(board, row)));
    let plan = move |kind: &'static str, key: &'static str, days: u64| {
        move |_| {
            let row = board.won.get_untracked();
            open.set(false);
            if let Some(row) = row {
                plan_task(board, &row, kind, key, days);
            }
        }
    };
    let footer = move || view! { <Button on_click=move |_| open.set(false)>{t("board.won_prompt.not_now")}</Button> };
    view! {
        <Show when=move || burst.get()>
            <div class="won-burst" aria-hidden="true">
                <span class="seal"><Icon name="trophy" size=Size::Hero/></span>
            </div>
        </Show>
        <Dialog open title close=t("ui.action.close") size=Size::Small footer>
            <p>{text}</p>
            <p class="won-next">{t("board.won_prompt.next")}</p>
            <div class="won-steps">
                <Button
                    kind=ButtonKind::Primary
                    icon="handshake"
                    block=true
                    on_click=plan("todo", "board.won_prompt.plan_delivery", HANDOVER)
                >
                    {t("board.won_prompt.plan_delivery")}
                </Button>
                <Button icon="phone-call" block=true on_click=plan("call", "board.won_prompt.thank", THANKS)>
                    {t("board.won_prompt.thank")}
                </Button>
            </div>
        </Dialog>
    }
}

fn congratulation(board: OpenBoard, row: &Row) -> String {
    let amount = row.decimal("amount").map(|amount| {
        let currency = row.text("currency").map_or_else(|| board.currency(), str::to_owned);
        money_short(board.page.locale.get(), amount, &currency)
    });
    match (amount, board.title(row.reference("customer_id"))) {
        (Some(amount), Some(customer)) => {
            board.page.text_with("board.won_prompt.text", &[("amount", &amount), ("customer", &customer)])
        }
        _ => board.page.text("board.won_prompt.text_plain"),
    }
}

/// Plans a task on the deal, due some days from now.
fn plan_task(board: OpenBoard, row: &Row, kind: &str, key: &'static str, days: u64) {
    let subject = board.text(key, &[]);
    let due = browser_now().checked_add_days(Days::new(days)).map(instant_text);
    let mut values = Values::new();
    values.insert("subject".into(), subject.clone().into());
    values.insert("kind".into(), kind.into());
    values.insert("due_at".into(), due.into());
    values.insert("opportunity_id".into(), row.id.to_string().into());
    values.insert("customer_id".into(), row.value("customer_id").clone());
    let command = Command::one("task", Change::Create { id: Uuid::now_v7(), values });
    board.act(command, board.text("ui.toast.created", &[("name", &subject)]), |_| {});
}

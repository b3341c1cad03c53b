//! Why the system did something, in words.

use shared::cause::Cause;
use shared::format::listed;
use shared::i18n::{Locale, choice_label, translate};
use shared::types::TICKET;

/// Who did something and, of what the system did by itself, why.
pub(super) fn with_causes(locale: Locale, who: String, causes: &[Cause]) -> String {
    if causes.is_empty() {
        return who;
    }
    let told: Vec<String> = causes.iter().map(|cause| say(locale, cause)).collect();
    format!("{who} · {}", listed(locale, &told))
}

fn say(locale: Locale, cause: &Cause) -> String {
    match cause {
        Cause::Rule { name, .. } => translate(locale, "timeline.cause.rule", &[("name", name)]),
        Cause::Queue { name, .. } => translate(locale, "timeline.cause.queue", &[("name", name)]),
        Cause::NoRule => translate(locale, "timeline.cause.no_rule", &[]),
        Cause::Step { policy, clock, at_percent, .. } => {
            // Within a sentence.
            let clock = choice_label(locale, &TICKET, "due_clock", clock.code()).to_lowercase();
            let percent = at_percent.to_string();
            translate(locale, "timeline.cause.step", &[("name", policy), ("clock", &clock), ("percent", &percent)])
        }
        Cause::CustomerWrote => translate(locale, "timeline.cause.customer_wrote", &[]),
    }
}

#[cfg(test)]
mod tests {
    use shared::sla::ClockKind;

    use super::*;

    #[test]
    fn the_system_says_what_made_it_act() {
        let rule = Cause::Rule { name: "Complaints to Zhang".into(), other_name: None };
        let queue = Cause::Queue { name: "Care".into(), other_name: None };
        let clock = ClockKind::FirstResponse;
        let step = Cause::Step { policy: "Gold".into(), other_name: None, clock, at_percent: 80 };
        let told = |locale, causes: &[Cause]| with_causes(locale, "System".into(), causes);
        assert_eq!(told(Locale::En, &[]), "System");
        assert_eq!(told(Locale::En, std::slice::from_ref(&rule)), "System · rule “Complaints to Zhang”");
        let both = told(Locale::En, &[rule, queue]);
        assert_eq!(both, "System · rule “Complaints to Zhang”, queue “Care”");
        assert_eq!(told(Locale::En, std::slice::from_ref(&step)), "System · service level “Gold”, first answer at 80%");
        assert_eq!(told(Locale::ZhCn, &[step]), "System · 服务级别“Gold”，首次响应达 80%");
    }
}

//! What a conversion is going to make, as it is being decided.

use leptos::prelude::*;
use serde_json::Value;
use shared::access::{Action, Actor};
use shared::conversion::Conversion;
use shared::query::Titles;
use shared::types::{CONTACT, CUSTOMER, LEAD, OPPORTUNITY};
use shared::{FieldError, RecordDef, Row, Values};

use crate::context::Page;
use crate::record::Attribute;

/// A record that a conversion may make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Customer,
    Contact,
    Opportunity,
}

impl Part {
    pub(super) const ALL: [Self; 3] = [Self::Customer, Self::Contact, Self::Opportunity];

    pub(super) fn def(self) -> &'static RecordDef {
        match self {
            Self::Customer => &CUSTOMER,
            Self::Contact => &CONTACT,
            Self::Opportunity => &OPPORTUNITY,
        }
    }

    /// What is asked for; the rest is taken over from the lead.
    fn fields(self) -> &'static [&'static str] {
        match self {
            Self::Customer => &["name", "kind"],
            Self::Contact => &["name", "job_title"],
            Self::Opportunity => &["name", "stage_id", "amount", "expected_close"],
        }
    }
}

/// One input.
#[derive(Clone)]
pub(super) struct Input {
    pub(super) part: Part,
    pub(super) attribute: Attribute,
    pub(super) value: RwSignal<Value>,
}

/// What is being decided; cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct Draft {
    /// What the lead suggests.
    suggested: StoredValue<Conversion>,
    pub(super) inputs: StoredValue<Vec<Input>>,
    /// The customer that is there already.
    pub(super) customer: RwSignal<Value>,
    /// Whether the customer is there already.
    pub(super) existing: RwSignal<bool>,
    pub(super) contact: RwSignal<bool>,
    pub(super) opportunity: RwSignal<bool>,
    pub(super) titles: RwSignal<Titles>,
    /// What is wrong, each with its part, if that is known.
    pub(super) errors: RwSignal<Vec<(Option<Part>, FieldError)>>,
}

impl Draft {
    /// As the lead suggests it, with the stage that deals begin in.
    pub(super) fn new(page: Page, lead: &Row, stage: Option<Row>) -> Self {
        let mut suggested = Conversion::of(lead);
        let mut titles = Titles::new();
        if let (Some(values), Some(stage)) = (&mut suggested.opportunity, &stage) {
            values.insert("stage_id".into(), stage.id.to_string().into());
            titles.insert(stage.id, stage.text("name").unwrap_or_default().to_owned());
        }
        let may = |def: &RecordDef| page.actor().is_some_and(|actor: Actor| actor.may(def, Action::Create));
        let mut inputs = Vec::new();
        for part in Part::ALL {
            let values = of_part(&suggested, part);
            for attribute in part.fields().iter().filter_map(|name| Attribute::named(part.def(), name, &[])) {
                let value = RwSignal::new(values.map_or(Value::Null, |values| attribute.value(values).clone()));
                inputs.push(Input { part, attribute, value });
            }
        }
        Self {
            existing: RwSignal::new(!may(&CUSTOMER)),
            customer: RwSignal::new(Value::Null),
            contact: RwSignal::new(suggested.contact.is_some() && may(&CONTACT)),
            opportunity: RwSignal::new(stage.is_some() && may(&OPPORTUNITY)),
            suggested: StoredValue::new(suggested),
            inputs: StoredValue::new(inputs),
            titles: RwSignal::new(titles),
            errors: RwSignal::new(Vec::new()),
        }
    }

    /// Whether a record of this part is to be made.
    pub(super) fn makes(self, part: Part) -> bool {
        match part {
            Part::Customer => !self.existing.get(),
            Part::Contact => self.contact.get(),
            Part::Opportunity => self.opportunity.get(),
        }
    }

    /// What is decided, or what is missing.
    ///
    /// # Errors
    /// Each with its part.
    pub(super) fn decided(self) -> Result<Conversion, Vec<(Option<Part>, FieldError)>> {
        let mut conversion = self.suggested.get_value();
        let mut errors = Vec::new();
        let mut parts = Part::ALL.map(|part| of_part(&conversion, part).cloned().unwrap_or_else(|| self.carried()));
        for input in self.inputs.get_value() {
            if !self.makes(input.part) {
                continue;
            }
            match input.attribute.normalize(&input.value.get()) {
                Ok(clean) => input.attribute.put(&mut parts[input.part as usize], clean),
                Err(error) => errors.push((Some(input.part), error)),
            }
        }
        if self.existing.get() {
            match self.customer.with(|id| id.as_str().and_then(|id| id.parse().ok())) {
                Some(id) => conversion.customer_id = Some(id),
                None => errors.push((None, FieldError::new("customer_id", "required"))),
            }
        }
        let [customer, contact, opportunity] = parts;
        conversion.customer = customer;
        conversion.contact = self.contact.get().then_some(contact);
        conversion.opportunity = self.opportunity.get().then_some(opportunity);
        if errors.is_empty() { Ok(conversion) } else { Err(errors) }
    }

    /// What a part has that the lead suggested nothing for: its owner.
    fn carried(self) -> Values {
        let owner = self.suggested.with_value(|suggested| suggested.customer.get("owner_id").cloned());
        owner.map(|owner| ("owner_id".to_owned(), owner)).into_iter().collect()
    }

    /// Puts what the server refuses beside the input that it is about, if that can be told.
    pub(super) fn refused(self, fields: Vec<FieldError>) {
        let part = |error: &FieldError| {
            let inputs = self.inputs.get_value();
            let mut named = inputs
                .iter()
                .filter(|input| input.attribute.name() == error.field && untrack(|| self.makes(input.part)));
            let first = named.next()?;
            named.next().is_none().then_some(first.part)
        };
        self.errors.set(fields.into_iter().map(|error| (part(&error), error)).collect());
    }
}

fn of_part(conversion: &Conversion, part: Part) -> Option<&Values> {
    match part {
        Part::Customer => Some(&conversion.customer),
        Part::Contact => conversion.contact.as_ref(),
        Part::Opportunity => conversion.opportunity.as_ref(),
    }
}

/// The field of a lead that names the customer it was made into.
pub(super) fn customer_field() -> Option<Attribute> {
    Attribute::named(&LEAD, "customer_id", &[])
}

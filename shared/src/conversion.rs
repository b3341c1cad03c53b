//! Converting a lead 线索: a customer, a contact and an opportunity are made of it in one act.

use serde_json::Value;
use uuid::Uuid;

use crate::command::{Change, Command};
use crate::record::{Row, Values};
use crate::types::{CONTACT, CUSTOMER, LEAD, OPPORTUNITY};

/// What is made of a lead.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Conversion {
    /// The customer, if it is there already.
    pub customer_id: Option<Uuid>,
    /// What the customer says, if it is made.
    pub customer: Values,
    /// What the contact says; none if there is to be none.
    pub contact: Option<Values>,
    /// What the opportunity says; none if there is to be none.
    pub opportunity: Option<Values>,
}

/// Where the records go that are made: ids of the customer, the contact and the opportunity.
pub type Ids = [Uuid; 3];

/// What a person is reached by.
const CHANNELS: [&str; 3] = ["phones", "emails", "social"];

impl Conversion {
    /// What a lead suggests: its company with the person as its contact; where no company is named, the person is the
    /// customer. Everything goes to whoever has the lead.
    pub fn of(lead: &Row) -> Self {
        let company = lead.text("company").filter(|company| !company.trim().is_empty());
        let person = lead.text("name").unwrap_or_default();
        let mut customer = taken(lead, &["source", "address", "tags", "owner_id"]);
        customer.insert("kind".into(), if company.is_some() { "company" } else { "person" }.into());
        customer.insert("name".into(), company.unwrap_or(person).into());
        let mut opportunity = taken(lead, &["source", "need", "tags", "owner_id"]);
        opportunity.insert("name".into(), company.unwrap_or(person).into());
        let channels = taken(lead, &CHANNELS);
        let contact = company.map(|_| {
            let mut contact = taken(lead, &["name", "job_title", "owner_id"]);
            contact.extend(channels.clone());
            contact
        });
        if contact.is_none() {
            customer.extend(channels);
        }
        Self { customer_id: None, customer, contact, opportunity: Some(opportunity) }
    }

    /// The commands that carry it out, to be applied together; the lead has to be as it was seen.
    pub fn commands(self, lead: &Row, [customer, contact, opportunity]: Ids) -> Vec<Command> {
        let create = |def: &str, id, values| Command::one(def, Change::Create { id, values });
        let customer_id = self.customer_id.unwrap_or(customer);
        let mut made =
            Values::from_iter([("status".to_owned(), Value::from("converted")), refers("customer_id", customer_id)]);
        let mut commands = Vec::new();
        if self.customer_id.is_none() {
            commands.push(create(CUSTOMER.name, customer, self.customer));
        }
        let has_contact = self.contact.is_some();
        if let Some(mut values) = self.contact {
            values.extend([refers("customer_id", customer_id)]);
            made.extend([refers("contact_id", contact)]);
            commands.push(create(CONTACT.name, contact, values));
        }
        if let Some(mut values) = self.opportunity {
            values.extend([refers("customer_id", customer_id)]);
            values.extend(has_contact.then(|| refers("contact_id", contact)));
            made.extend([refers("opportunity_id", opportunity)]);
            commands.push(create(OPPORTUNITY.name, opportunity, values));
        }
        let change = Change::Update { id: lead.id, version: Some(lead.version), values: made };
        commands.push(Command::one(LEAD.name, change));
        commands
    }
}

fn refers(field: &str, id: Uuid) -> (String, Value) {
    (field.to_owned(), id.to_string().into())
}

/// What the lead says in these fields.
fn taken(lead: &Row, fields: &[&str]) -> Values {
    let said = fields.iter().map(|field| ((*field).to_owned(), lead.value(field).clone()));
    said.filter(|(_, value)| !crate::record::is_empty(value)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn lead(values: Value) -> Row {
        Row { id: Uuid::from_u128(9), version: 3, values: values.as_object().cloned().unwrap() }
    }

    fn ids() -> Ids {
        [1, 2, 3].map(Uuid::from_u128)
    }

    #[test]
    fn a_company_is_the_customer_and_the_person_its_contact() {
        let lead = lead(json!({"name": "Li", "company": "Acme", "phones": ["1"], "need": "Pumps", "owner_id": "o"}));
        let conversion = Conversion::of(&lead);
        assert_eq!(
            Value::Object(conversion.customer.clone()),
            json!({"kind": "company", "name": "Acme", "owner_id": "o"})
        );
        assert_eq!(
            Value::Object(conversion.contact.clone().unwrap()),
            json!({"name": "Li", "phones": ["1"], "owner_id": "o"})
        );
        let commands = conversion.commands(&lead, ids());
        let types: Vec<&str> = commands.iter().map(|command| command.record_type.as_str()).collect();
        assert_eq!(types, ["customer", "contact", "opportunity", "lead"]);
        let Change::Create { values, .. } = &commands[2].changes[0] else { panic!("{commands:?}") };
        let [customer, contact, opportunity] = ids().map(|id| json!(id));
        assert_eq!(
            (&values["customer_id"], &values["contact_id"], &values["need"]),
            (&customer, &contact, &json!("Pumps"))
        );
        let Change::Update { version, values, .. } = &commands[3].changes[0] else { panic!("{commands:?}") };
        assert_eq!(
            (*version, &values["status"], &values["opportunity_id"]),
            (Some(3), &json!("converted"), &opportunity)
        );
    }

    #[test]
    fn a_person_without_company_is_the_customer() {
        let conversion = Conversion::of(&lead(json!({"name": "Li", "company": " ", "emails": ["li@example.com"]})));
        assert_eq!((conversion.customer["kind"].as_str(), conversion.contact.is_none()), (Some("person"), true));
        assert_eq!(conversion.customer["emails"], json!(["li@example.com"]));
    }

    #[test]
    fn a_customer_that_is_there_is_made_no_second_time() {
        let lead = lead(json!({"name": "Li", "company": "Acme"}));
        let there = Uuid::from_u128(7);
        let conversion = Conversion { customer_id: Some(there), opportunity: None, ..Conversion::of(&lead) };
        let commands = conversion.commands(&lead, ids());
        let types: Vec<&str> = commands.iter().map(|command| command.record_type.as_str()).collect();
        assert_eq!(types, ["contact", "lead"]);
        let Change::Create { values, .. } = &commands[0].changes[0] else { panic!("{commands:?}") };
        assert_eq!(values["customer_id"], json!(there));
    }
}

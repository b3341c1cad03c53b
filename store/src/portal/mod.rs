//! What customers see without being users: public articles, the form to write in, their own tickets, surveys.
//!
//! Nothing here takes an actor. What a stranger may see is public by its own fields; what a [`Visitor`] may see follows
//! from the address that they proved to be theirs. The columns that leave are named one by one in each statement, so that
//! a field that is added to a record type does not become public by itself. Records are changed through the write path, by
//! [`Portal::system`].

mod answer_due;
mod article;
mod articles;
mod ask;
mod files;
mod place;
mod reply;
mod rich;
mod seal;
mod sign_in;
mod sought;
mod survey;
mod survey_due;
mod survey_page;
mod survey_public;
mod survey_send;
mod tickets;
mod vote;
mod watch;

pub(crate) use answer_due::ANSWERS;
pub use answer_due::AnswerMail;
pub use article::Article;
pub use articles::{ArticleLine, ArticlePage, Category, Listed, Look};
pub use ask::{Choices, LONGEST_TEXT, Made, NewTicket};
pub use place::Portal;
pub(crate) use place::address_part;

pub(crate) use seal::Seals;
pub use sign_in::{LinkMail, LinkRequest, Visitor};
pub use survey::{Answers, AskedSurvey, Choice, LONGEST_ANSWER, NOTHING_ANSWERED, Question};
pub use survey_due::SatisfactionMail;
pub(crate) use tickets::asked_in_public;
pub use tickets::{OwnTicket, PublicFile, PublicMessage, TicketLine};
pub use watch::TicketWatch;

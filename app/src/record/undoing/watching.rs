//! Looking at something that goes on in the background until it is over.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::time::Duration;

use leptos::prelude::set_timeout;
use leptos::task::spawn_local;
use shared::Error;
use uuid::Uuid;

use crate::api::Fault;

thread_local! {
    /// What is looked at.
    static WATCHED: RefCell<BTreeSet<Uuid>> = const { RefCell::new(BTreeSet::new()) };
}

/// That something is looked at; as long as this is there, nobody else begins to.
pub struct Watch(Uuid);

impl Watch {
    /// Begins to look at it; nothing where it is looked at already.
    pub fn begin(id: Uuid) -> Option<Self> {
        WATCHED.with_borrow_mut(|watched| watched.insert(id)).then(|| Self(id))
    }

    /// Asks again and again until it does not go on any more, and gives what was answered then. A lost connection comes back, and
    /// what was asked too often may be asked later: the next look will tell.
    pub fn until_over<T: 'static, F: Future<Output = Result<T, Fault>> + 'static>(
        self,
        every: Duration,
        ask: impl Fn(Uuid) -> F + 'static,
        mut goes_on: impl FnMut(&T) -> bool + 'static,
        over: impl FnOnce(Result<T, Error>) + 'static,
    ) {
        spawn_local(async move {
            let wait = match ask(self.0).await {
                Err(Fault(Error::Offline)) => every,
                Err(Fault(Error::RateLimited { retry_after })) => every.max(Duration::from_secs(retry_after.into())),
                Ok(found) if goes_on(&found) => every,
                found => {
                    drop(self);
                    return over(found.map_err(|fault| fault.0));
                }
            };
            set_timeout(move || self.until_over(every, ask, goes_on, over), wait);
        });
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        WATCHED.with_borrow_mut(|watched| watched.remove(&self.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_looked_at_is_looked_at_once() {
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let watch = Watch::begin(one);
        assert!(watch.is_some() && Watch::begin(one).is_none() && Watch::begin(other).is_some());
        assert!(Watch::begin(one).is_none(), "who was refused ends nothing");
        drop(watch);
        assert!(Watch::begin(one).is_some());
    }
}

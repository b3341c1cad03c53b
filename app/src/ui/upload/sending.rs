//! Files on their way to the server, two at a time. Not `fetch`: it does not tell how far a request has come.

use leptos::prelude::*;
use leptos::wasm_bindgen::{JsCast, closure::Closure};
use leptos::web_sys::{File, FileList, FormData, ProgressEvent, XmlHttpRequest};
use shared::command::Outcome;
use shared::{Error, FieldError};

/// Sent at once: browsers keep few connections to a server.
const AT_ONCE: usize = 2;

/// How far a file is.
#[derive(Clone, PartialEq)]
pub(super) enum State {
    /// Others come first.
    Waiting,
    /// Such a part of it has left.
    Sent(f64),
    /// It was refused, or did not get there.
    Failed(Error),
}

/// A file on its way.
#[derive(Clone)]
pub(super) struct Sending {
    pub(super) key: u64,
    pub(super) name: String,
    pub(super) state: ArcRwSignal<State>,
    file: StoredValue<File, LocalStorage>,
    request: StoredValue<Option<XmlHttpRequest>, LocalStorage>,
}

/// The files of one place; cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct Sendings {
    list: RwSignal<Vec<Sending>>,
    next: StoredValue<u64>,
    to: Signal<String>,
    max: u64,
    on_done: Callback<Outcome>,
}

impl Sendings {
    pub(super) fn new(to: Signal<String>, max: u64, on_done: Callback<Outcome>) -> Self {
        Self { list: RwSignal::new(Vec::new()), next: StoredValue::new(0), to, max, on_done }
    }

    /// Those under way and those that failed; tracked.
    pub(super) fn list(self) -> Vec<Sending> {
        self.list.get()
    }

    /// Takes in files.
    pub(super) fn take(self, files: &FileList) {
        for file in (0..files.length()).filter_map(|at| files.get(at)) {
            let key = self.next.get_value();
            self.next.set_value(key + 1);
            // What is too large is known at once, and does not have to be sent to be refused.
            let fits = file.size() <= self.max as f64;
            let state = if fits { State::Waiting } else { State::Failed(too_large(self.max)) };
            let sending = Sending {
                key,
                name: file.name(),
                state: ArcRwSignal::new(state),
                file: StoredValue::new_local(file),
                request: StoredValue::new_local(None),
            };
            self.list.update(|list| list.push(sending));
        }
        self.go_on();
    }

    /// Stops a file that is under way, and puts away one that failed.
    pub(super) fn forget(self, key: u64) {
        let Some(gone) = self.remove(key) else { return };
        if let Some(request) = gone.request.try_get_value().flatten() {
            let _ = request.abort();
        }
        gone.file.dispose();
        gone.request.dispose();
        self.go_on();
    }

    fn remove(self, key: u64) -> Option<Sending> {
        let at = self.list.try_with_untracked(|list| list.iter().position(|sending| sending.key == key))??;
        self.list.try_update(|list| list.remove(at))
    }

    /// Sends the next ones.
    fn go_on(self) {
        let list = self.list.get_untracked();
        let under_way = list.iter().filter(|s| matches!(s.state.get_untracked(), State::Sent(_))).count();
        let waiting = list.iter().filter(|sending| sending.state.get_untracked() == State::Waiting);
        for sending in waiting.take(AT_ONCE.saturating_sub(under_way)) {
            sending.state.set(State::Sent(0.0));
            if self.send(sending).is_none() {
                sending.state.set(State::Failed(Error::Offline));
            }
        }
    }

    /// Sends a file; `None` when the browser can't.
    fn send(self, sending: &Sending) -> Option<()> {
        let request = XmlHttpRequest::new().ok()?;
        let (key, state) = (sending.key, sending.state.clone());
        let form = FormData::new().ok()?;
        sending.file.with_value(|file| form.append_with_blob_and_filename("file", file, &file.name())).ok()?;
        let progress = Closure::<dyn Fn(ProgressEvent)>::new(move |event: ProgressEvent| {
            if event.length_computable() && event.total() > 0.0 {
                state.set(State::Sent(event.loaded() / event.total()));
            }
        });
        let upload = request.upload().ok()?;
        upload.add_event_listener_with_callback("progress", progress.into_js_value().unchecked_ref()).ok()?;
        let answered = request.clone();
        let end = Closure::once_into_js(move || self.end(key, answer(&answered)));
        request.add_event_listener_with_callback("loadend", end.unchecked_ref()).ok()?;
        request.open("POST", &self.to.get_untracked()).ok()?;
        request.send_with_opt_form_data(Some(&form)).ok()?;
        sending.request.set_value(Some(request));
        Some(())
    }

    /// What became of a file; of one that was stopped nobody wants to know.
    fn end(self, key: u64, result: Result<Outcome, Error>) {
        match result {
            Ok(outcome) => {
                if let Some(done) = self.remove(key) {
                    done.file.dispose();
                    done.request.dispose();
                    self.on_done.run(outcome);
                }
            }
            Err(error) => {
                let list = self.list.try_get_untracked().unwrap_or_default();
                if let Some(failed) = list.iter().find(|sending| sending.key == key) {
                    failed.state.set(State::Failed(error));
                }
            }
        }
        if !self.list.is_disposed() {
            self.go_on();
        }
    }
}

/// The answer of the server; none is as if it could not be reached.
fn answer(request: &XmlHttpRequest) -> Result<Outcome, Error> {
    let text = request.response_text().ok().flatten().unwrap_or_default();
    match request.status() {
        Ok(200) => serde_json::from_str(&text).map_err(|_| Error::Offline),
        _ => Err(serde_json::from_str(&text).unwrap_or(Error::Offline)),
    }
}

fn too_large(max: u64) -> Error {
    Error::Invalid { fields: vec![FieldError::new("file", "upload_too_large").with("max", max >> 20)] }
}

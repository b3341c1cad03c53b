//! What every place for files does: files are chosen or dropped there.

use leptos::ev::DragEvent;
use leptos::html::Input;
use leptos::prelude::*;
use leptos::web_sys::FileList;

/// A place where files are chosen or dropped; cheap to copy.
#[derive(Clone, Copy)]
pub(crate) struct FilePlace {
    /// The input that files are chosen with.
    pub(crate) input: NodeRef<Input>,
    over: RwSignal<bool>,
    take: Callback<FileList>,
}

impl FilePlace {
    /// `take` gets what is chosen or dropped; never an empty list.
    pub(crate) fn new(take: impl Fn(FileList) + Send + Sync + 'static) -> Self {
        let place = Self { input: NodeRef::new(), over: RwSignal::new(false), take: Callback::new(take) };
        // Whoever was faster than the script has chosen already.
        Effect::new(move |_| {
            if place.input.get().is_some() {
                place.chosen();
            }
        });
        place
    }

    /// Takes what was chosen.
    pub(crate) fn chosen(self) {
        if let Some(input) = self.input.get_untracked() {
            self.give(input.files());
            // The same file can be chosen again.
            input.set_value("");
        }
    }

    /// Takes what is dropped.
    pub(crate) fn dropped(self, event: &DragEvent) {
        event.prevent_default();
        self.over.set(false);
        self.give(event.data_transfer().and_then(|data| data.files()));
    }

    /// Something is dragged over the place.
    pub(crate) fn entered(self, event: &DragEvent) {
        event.prevent_default();
        self.over.set(true);
    }

    /// It was dragged away again.
    pub(crate) fn left(self) {
        self.over.set(false);
    }

    /// The attribute that shows that something may be dropped.
    pub(crate) fn over(self) -> Option<&'static str> {
        self.over.get().then_some("")
    }

    fn give(self, files: Option<FileList>) {
        if let Some(files) = files.filter(|files| files.length() > 0) {
            self.take.run(files);
        }
    }
}

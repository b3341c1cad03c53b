//! Text with headings, lists and links, written as one writes it.

mod blocks;
mod caret;
mod clean;
mod editor;
mod history;

use leptos::ev::{ClipboardEvent, DragEvent, KeyboardEvent};
use leptos::html::Div;
use leptos::prelude::*;
use leptos::web_sys::{DataTransfer, FileList};

use super::field::Wiring;
use super::{Button, ButtonKind, Icon, Size, TextInput};
pub use editor::RichEditor;

/// What the tools are called.
#[derive(Clone, Copy)]
pub struct RichWords {
    /// Accessible name of the tools.
    pub tools: Signal<String>,
    /// Bold.
    pub bold: Signal<String>,
    /// Italic.
    pub italic: Signal<String>,
    /// A heading.
    pub heading: Signal<String>,
    /// A list with dots.
    pub list: Signal<String>,
    /// A list with numbers.
    pub numbered: Signal<String>,
    /// A quotation.
    pub quote: Signal<String>,
    /// A link.
    pub link: Signal<String>,
    /// Where the link leads.
    pub address: Signal<String>,
    /// Sets the link.
    pub apply: Signal<String>,
    /// Takes the last step back.
    pub undo: Signal<String>,
}

/// An editor of rich text. Its value is HTML; `""` when it says nothing. What is pasted keeps its structure only.
#[component]
pub fn RichText(
    /// The editor's handle, which holds the value.
    editor: RichEditor,
    /// What the tools are called.
    words: RichWords,
    /// Accessible name.
    #[prop(into)]
    label: Signal<String>,
    /// Grey example text.
    #[prop(optional, into)]
    placeholder: Option<Signal<String>>,
    /// Further tools.
    #[prop(optional, into)]
    tools: Option<ViewFn>,
    /// On a phone the tools that are used less are folded away, so that the further ones are to be seen.
    #[prop(optional)]
    folding: bool,
    /// Id of the list of suggestions that is open beside it, and of the one chosen there.
    #[prop(optional, into)]
    suggesting: Signal<Option<(String, String)>>,
    /// Sees keys first; true when it took one.
    #[prop(optional, into)]
    on_key: Option<Callback<KeyboardEvent, bool>>,
    /// Takes files that are pasted or dropped into the text.
    #[prop(optional, into)]
    on_files: Option<Callback<FileList>>,
) -> impl IntoView {
    let wiring = Wiring::take();
    let linking = RwSignal::new(false);
    let first = editor.value.get_untracked();
    editor.follow();
    let key = move |event: KeyboardEvent| {
        if on_key.is_some_and(|on_key| on_key.run(event.clone())) || editor.steps_by(&event) {
            event.prevent_default();
            event.stop_propagation();
        }
    };
    let take = move |data: Option<DataTransfer>| {
        let files = data.and_then(|data| data.files()).filter(|files| files.length() > 0);
        files.zip(on_files).map(|(files, take)| take.run(files)).is_some()
    };
    let paste = move |event: ClipboardEvent| {
        // Programs for text put a picture of it beside it.
        let says = event
            .clipboard_data()
            .and_then(|data| data.get_data("text/plain").ok())
            .is_some_and(|text| !text.is_empty());
        if !says && take(event.clipboard_data()) { event.prevent_default() } else { editor.paste(&event) }
    };
    let drop = move |event: DragEvent| {
        if take(event.data_transfer()) {
            event.prevent_default();
        }
    };
    view! {
        <div class="rich-text">
            {toolbar(editor, words, linking, tools, folding)}
            <Show when=move || linking.get()>{link_form(editor, words, linking)}</Show>
            <div
                node_ref=editor.node
                class="rich-area rich"
                id=wiring.id()
                contenteditable="true"
                role="textbox"
                aria-multiline="true"
                aria-label=label
                aria-required=wiring.required().then_some("true")
                aria-invalid=wiring.invalid()
                aria-describedby=wiring.described_by()
                aria-autocomplete=move || suggesting.with(Option::is_some).then_some("list")
                aria-controls=move || suggesting.get().map(|(list, _)| list)
                aria-activedescendant=move || suggesting.get().map(|(_, chosen)| chosen)
                data-placeholder=move || placeholder.map(|text| text.get())
                data-empty=move || editor.value.with(String::is_empty).then_some("")
                inner_html=first
                on:input=move |event| {
                    editor.typed(&event);
                    editor.emptied(&event);
                }
                on:beforeinput=move |event| editor.undoes(&event)
                on:compositionstart=move |_| editor.compose()
                on:compositionend=move |_| editor.composed()
                on:keydown=key
                on:keyup=move |_| editor.remember()
                on:mouseup=move |_| editor.remember()
                on:blur=move |_| editor.read()
                on:paste=paste
                on:drop=drop
            ></div>
        </div>
    }
}

/// One tool: its icon, its command, the command's argument.
type Tool = (&'static str, &'static str, &'static str);

fn toolbar(
    editor: RichEditor,
    words: RichWords,
    linking: RwSignal<bool>,
    tools: Option<ViewFn>,
    folding: bool,
) -> AnyView {
    let tool = move |(icon, command, argument): Tool, label: Signal<String>| {
        // The focus stays in the text: what is pressed acts on what is selected there.
        view! {
            <span on:mousedown=|event| event.prevent_default()>
                <Button kind=ButtonKind::Ghost size=Size::Small icon label on_click=move |_| editor.command(command, argument)/>
            </span>
        }
    };
    let folded = RwSignal::new(folding);
    let fold = folding.then(|| {
        view! {
            <span class="rich-fold" on:mousedown=|event| event.prevent_default()>
                <Button
                    kind=ButtonKind::Ghost
                    size=Size::Small
                    icon="ellipsis"
                    label=words.tools
                    pressed=Signal::derive(move || !folded.get())
                    on_click=move |_| folded.update(|folded| *folded = !*folded)
                />
            </span>
        }
    });
    view! {
        <div class="rich-tools" role="toolbar" aria-label=words.tools data-folded=move || folded.get().then_some("")>
            <span class="rich-format">
                {tool(("bold", "bold", ""), words.bold)}
                {tool(("italic", "italic", ""), words.italic)}
                {tool(("heading-2", "formatBlock", "<h3>"), words.heading)}
                {tool(("list", "insertUnorderedList", ""), words.list)}
                {tool(("list-ordered", "insertOrderedList", ""), words.numbered)}
                {tool(("quote", "formatBlock", "<blockquote>"), words.quote)}
                <span on:mousedown=|event| event.prevent_default()>
                    <Button
                        kind=ButtonKind::Ghost
                        size=Size::Small
                        icon="link"
                        label=words.link
                        pressed=Signal::derive(move || linking.get())
                        on_click=move |_| { editor.remember(); linking.update(|open| *open = !*open); }
                    />
                </span>
            </span>
            {fold}
            <span on:mousedown=|event| event.prevent_default()>
                <Button
                    kind=ButtonKind::Ghost
                    size=Size::Small
                    icon="undo-2"
                    label=words.undo
                    disabled=Signal::derive(move || !editor.undoable.get())
                    on_click=move |_| editor.go(true)
                />
            </span>
            {tools.map(|tools| view! { <span class="rich-more">{tools.run()}</span> })}
        </div>
    }
    .into_any()
}

fn link_form(editor: RichEditor, words: RichWords, open: RwSignal<bool>) -> impl IntoView {
    let address = RwSignal::new(String::new());
    let apply = move || {
        editor.link(address.get_untracked().trim());
        address.set(String::new());
        open.set(false);
    };
    let key = move |event: KeyboardEvent| match event.key().as_str() {
        "Enter" if !event.is_composing() => {
            event.prevent_default();
            event.stop_propagation();
            apply();
        }
        "Escape" => {
            event.stop_propagation();
            open.set(false);
            editor.focus();
        }
        _ => {}
    };
    view! {
        <div class="rich-link" on:keydown=key>
            <Icon name="link" size=Size::Small/>
            <TextInput value=address kind="url" label=words.address placeholder=words.address autofocus=true/>
            <Button size=Size::Small on_click=move |_| apply()>{words.apply}</Button>
        </div>
    }
}

/// An editor's element.
pub(super) type Area = NodeRef<Div>;

//! The design system: one component a file, no text of its own.
//!
//! Every string is a prop, so languages stay outside. The looks live in `style/`, where each
//! sheet begins with the markup it expects. Nothing here reads the clock, draws random numbers
//! or touches the browser while rendering: server and browser must render the same.

pub mod avatar;
pub mod button;
pub mod checkbox;
mod choice;
pub mod combobox;
pub mod confirm;
pub mod connection;
pub mod date_input;
pub mod dialog;
pub mod field;
pub mod frame;
pub mod icon;
pub mod keys;
pub mod menu;
pub mod menu_item;
pub mod money;
pub mod money_input;
pub mod peek;
pub(crate) mod place;
pub mod progress;
pub mod rail;
pub mod segmented;
pub mod select;
mod settled;
mod size;
pub mod skeleton;
pub mod state;
pub mod switch;
pub mod tabs;
pub mod tag;
pub mod tag_input;
pub mod text_area;
pub mod text_input;
pub mod toast;
pub mod view_switch;
pub mod virtual_list;
mod window;

pub use avatar::{Avatar, company_initials, hue_of, initials};
pub use button::{Button, ButtonKind, LinkButton};
pub use checkbox::Checkbox;
pub use choice::Choice;
pub use combobox::Combobox;
pub use confirm::ConfirmDialog;
pub use connection::{Connection, ConnectionDot};
pub use date_input::DateInput;
pub use dialog::Dialog;
pub use field::Field;
pub use frame::Frame;
pub use icon::Icon;
pub use keys::{KeyHint, KeyHints, Keys, is_save_chord, is_typing};
pub use menu::Menu;
pub use menu_item::{MenuItem, MenuLink};
pub use money::{Figure, Money};
pub use money_input::MoneyInput;
pub use peek::PeekPanel;
pub use progress::Progress;
pub use rail::{NavItem, Seal};
pub use segmented::Segmented;
pub use select::Select;
pub use settled::settled;
pub use size::{Size, Tone};
pub use skeleton::{SkeletonCards, SkeletonRows};
pub use state::{EmptyState, ErrorState, Notice};
pub use switch::Switch;
pub use tabs::{TabItem, TabPanel, Tabs};
pub use tag::{Badge, Chip, Dot, Tag, stage_hue};
pub use tag_input::TagInput;
pub use text_area::TextArea;
pub use text_input::TextInput;
pub use toast::{ToastHost, Toasts, Undo};
pub use view_switch::{ViewSwitch, Way};
pub use virtual_list::{VirtualList, VirtualTable};

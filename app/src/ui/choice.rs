//! One thing to choose from a list.

/// An option of a select, combobox, segmented control or tag input.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// What is stored: a code or an id.
    pub value: String,
    /// What people read.
    pub label: String,
    /// What tells two equal labels apart, such as a city.
    pub detail: Option<String>,
    /// One of the ten tag hues, 0 to 9.
    pub hue: Option<u8>,
    /// What a combobox puts it under, with its neighbours of the same group.
    pub group: Option<String>,
}

impl Choice {
    /// A choice with a value and its label.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into(), ..Self::default() }
    }

    /// Adds what tells it apart.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Puts it into a group.
    #[must_use]
    pub fn group(mut self, group: impl Into<String>) -> Self {
        self.group = Some(group.into());
        self
    }

    /// Adds a tag hue.
    #[must_use]
    pub fn hue(mut self, hue: u8) -> Self {
        self.hue = Some(hue % 10);
        self
    }
}

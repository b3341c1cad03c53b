//! The few sizes and tones that components share.

/// How large a control or mark is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Size {
    /// Beside small text, in dense rows.
    Small,
    /// The normal size.
    #[default]
    Medium,
    /// For the one thing a page is about.
    Large,
    /// Icons in empty states only.
    Hero,
}

impl Size {
    /// The `data-size` value; medium needs none.
    #[must_use]
    pub fn attr(self) -> Option<&'static str> {
        match self {
            Self::Small => Some("small"),
            Self::Medium => None,
            Self::Large => Some("large"),
            Self::Hero => Some("hero"),
        }
    }
}

/// What a message or badge means; never told by colour alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// No judgement.
    #[default]
    Neutral,
    /// Worth knowing.
    Info,
    /// Went well.
    Success,
    /// Needs a look.
    Warning,
    /// Went wrong, or will.
    Danger,
}

impl Tone {
    /// The `data-tone` or `data-kind` value.
    #[must_use]
    pub fn attr(self) -> &'static str {
        match self {
            Self::Neutral => "neutral",
            Self::Info => "info",
            Self::Success => "success",
            Self::Warning => "warning",
            Self::Danger => "danger",
        }
    }

    /// The icon that says the same without colour.
    #[must_use]
    pub fn icon(self) -> &'static str {
        match self {
            Self::Neutral | Self::Info => "info",
            Self::Success => "circle-check",
            Self::Warning => "triangle-alert",
            Self::Danger => "circle-alert",
        }
    }
}

//! The lines of a piece of mail, whatever ends them.

/// A line of bytes.
pub(super) struct Line<'m> {
    /// Where it begins.
    pub(super) start: usize,
    /// Without its end.
    pub(super) text: &'m [u8],
    /// Where the next one begins.
    pub(super) next: usize,
}

impl Line<'_> {
    /// Whether it goes on with the line before.
    pub(super) fn is_fold(&self) -> bool {
        self.text.first().is_some_and(|first| matches!(first, b' ' | b'\t')) && !self.text.trim_ascii().is_empty()
    }
}

/// All lines.
pub(super) fn lines(bytes: &[u8]) -> impl Iterator<Item = Line<'_>> {
    let mut start = 0;
    std::iter::from_fn(move || {
        let rest = bytes.get(start..).filter(|rest| !rest.is_empty())?;
        let (length, next) = match rest.iter().position(|&byte| byte == b'\n') {
            Some(end) => (end, start + end + 1),
            None => (rest.len(), bytes.len()),
        };
        let text = &rest[..length];
        let line = Line { start, text: text.strip_suffix(b"\r").unwrap_or(text), next };
        start = next;
        Some(line)
    })
}

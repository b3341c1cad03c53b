//! Texts put together from pieces, with the space that writers of Chinese set between it and words in other letters.

/// A text that grows by pieces. Figures alone stand as the catalog has them: 3天, 2026年.
pub(super) struct Joined {
    text: String,
    /// The last piece has letters, not figures alone.
    has_letters: bool,
}

impl Joined {
    /// Nothing yet, with room for that many bytes.
    pub(super) fn with_capacity(bytes: usize) -> Self {
        Self { text: String::with_capacity(bytes), has_letters: false }
    }

    /// Puts a piece behind the others.
    pub(super) fn push(&mut self, piece: &str) {
        let Some(first) = piece.chars().next() else { return };
        let has_letters = piece.chars().any(is_letter);
        if let Some(last) = self.text.chars().next_back() {
            let behind_word = self.has_letters && is_of_word(last) && is_han(first);
            if behind_word || is_han(last) && has_letters && is_of_word(first) {
                self.text.push(' ');
            }
        }
        self.text.push_str(piece);
        self.has_letters = has_letters;
    }

    /// The text.
    pub(super) fn done(self) -> String {
        self.text
    }
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}')
}

/// A Latin, Greek or Cyrillic letter: tables of all letters would weigh more.
fn is_letter(c: char) -> bool {
    matches!(c, 'A'..='Z' | 'a'..='z' | '\u{c0}'..='\u{52f}')
}

fn is_of_word(c: char) -> bool {
    is_letter(c) || c.is_ascii_digit()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(pieces: &[&str]) -> String {
        let mut joined = Joined::with_capacity(0);
        pieces.iter().for_each(|piece| joined.push(piece));
        joined.done()
    }

    #[test]
    fn words_in_latin_letters_stand_apart_from_chinese() {
        assert_eq!(joined(&["", "Agent2", "正在查看"]), "Agent2 正在查看");
        assert_eq!(joined(&["工单已由", "José", "", "处理"]), "工单已由 José 处理");
        assert_eq!(joined(&["", "Ann", "刚刚将", "SLA 状态", "改为“", "Gold", "”"]), "Ann 刚刚将 SLA 状态改为“Gold”");
        assert_eq!(joined(&["显示", "3M 编号"]), "显示 3M 编号");
    }

    #[test]
    fn chinese_names_signs_and_spaces_that_are_there_need_none() {
        assert_eq!(joined(&["", "王芳", "正在查看"]), "王芳正在查看");
        assert_eq!(joined(&["由 ", "Ann", " 移动，", "Li", "。"]), "由 Ann 移动，Li。");
        assert_eq!(joined(&["", "Ann (Li)", "正在输入"]), "Ann (Li)正在输入");
        assert_eq!(joined(&["Deactivate ", "王芳", "?"]), "Deactivate 王芳?");
    }

    #[test]
    fn figures_stand_as_the_catalog_has_them() {
        assert_eq!(joined(&["", "2026", "年", "7月", "", "31", "日"]), "2026年7月31日");
        assert_eq!(joined(&["剩余", "5分钟"]), "剩余5分钟");
        assert_eq!(joined(&["", "3", "d"]), "3d");
    }
}

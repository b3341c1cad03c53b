//! Values that old phones write in signs of ASCII alone (quoted-printable), as far as the parser needs help with them.

use std::borrow::Cow;

use mail_parser::decoders::quoted_printable::quoted_printable_decode;

use crate::charset::guessed;

/// What the encoding is called.
const QUOTED: &str = "QUOTED-PRINTABLE";
/// How the parameter with the character set begins.
const CHARSET: &str = "CHARSET=";

/// The cards with everything said that the parser goes by: some programs name the encoding without saying that it is one. Others say
/// nothing of the character set, which is the one then in which all such values together make sense.
pub(super) fn spelled_out(cards: &str) -> Cow<'_, str> {
    if !cards.split_inclusive('\n').any(|line| quoted(line).is_some()) {
        return cards.into();
    }
    let bytes = untold(cards);
    let charset = guessed(&bytes).1.name();
    let mut whole = String::with_capacity(cards.len() + cards.len() / 8);
    for line in cards.split_inclusive('\n') {
        let Some((head, value)) = quoted(line) else {
            whole.push_str(line);
            continue;
        };
        let others = head.split(';').filter(|param| !said(param).eq_ignore_ascii_case(QUOTED));
        whole.push_str(&others.collect::<Vec<_>>().join(";"));
        if !has_charset(head) {
            whole.extend([";", CHARSET, charset]);
        }
        whole.extend([";ENCODING=", QUOTED, ":", value]);
    }
    whole.into()
}

/// Name and parameters of a property whose value is written so, and how that begins.
fn quoted(line: &str) -> Option<(&str, &str)> {
    let (head, value) = line.split_once(':')?;
    let mut params = head.split(';').skip(1);
    params.any(|param| said(param).eq_ignore_ascii_case(QUOTED)).then_some((head, value))
}

/// What a parameter says, be it named or not.
fn said(param: &str) -> &str {
    param.rsplit('=').next().unwrap_or(param).trim()
}

fn has_charset(head: &str) -> bool {
    let is_it = |param: &str| param.get(..CHARSET.len()).is_some_and(|name| name.eq_ignore_ascii_case(CHARSET));
    head.split(';').any(|param| is_it(param.trim()))
}

/// The bytes of the values of which nobody says in which character set they are.
fn untold(cards: &str) -> Vec<u8> {
    let (mut bytes, mut goes_on) = (Vec::new(), false);
    for line in cards.split_inclusive('\n') {
        let value = match quoted(line) {
            _ if goes_on => line,
            Some((head, value)) if !has_charset(head) => value,
            _ => continue,
        };
        bytes.extend(quoted_printable_decode(value.as_bytes()).unwrap_or_default());
        goes_on = value.trim_end().ends_with('=');
    }
    bytes
}

#[cfg(test)]
mod tests {
    use shared::import::Reading;

    use crate::import::table::Table;

    fn cells(cards: &str, columns: &[&str]) -> Vec<Vec<String>> {
        let table = Table::read(cards.as_bytes(), &Reading::default()).unwrap();
        let cell = |name: &&str| table.column(name).unwrap();
        table.rows().map(|row| columns.iter().map(|name| row.cell(cell(name)).to_owned()).collect()).collect()
    }

    fn card(lines: &str) -> String {
        format!("BEGIN:VCARD\r\nVERSION:2.1\r\n{lines}\r\nEND:VCARD\r\n")
    }

    #[test]
    fn names_in_chinese_are_read_however_old_phones_write_them() {
        // 张三 in GBK, then in UTF-8.
        for name in [
            "N;CHARSET=GBK;ENCODING=QUOTED-PRINTABLE:=D5=C5;=C8=FD;;;",
            "N;CHARSET=gb2312;QUOTED-PRINTABLE:=D5=C5;=C8=FD;;;",
            "N;ENCODING=QUOTED-PRINTABLE:=D5=C5;=C8=FD;;;",
            "n;quoted-printable:=d5=c5;=c8=fd;;;",
            "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E5=BC=A0;=E4=B8=89;;;",
            "N;ENCODING=QUOTED-PRINTABLE:=E5=BC=A0;=E4=\r\n=B8=89;;;",
        ] {
            let cards = card(&format!("{name}\r\nTEL;CELL:13800138000"));
            assert_eq!(cells(&cards, &["Name", "Phones"]), [["张三", "13800138000"]], "{name}");
        }
    }

    #[test]
    fn pictures_groups_and_several_cards_are_no_obstacle() {
        let first = card(
            "FN;ENCODING=QUOTED-PRINTABLE:J=FCrgen M=FCller\r\nNOTE;ENCODING=QUOTED-PRINTABLE:K=F6ln, sp=E4ter\r\n\
             PHOTO;ENCODING=BASE64;JPEG:\r\n /9j/4AAQSkZJRgABAQAAAQABAAD\r\n \
             2wBDAAgGBgcGBQgHBwcJ\r\n\r\nEMAIL;INTERNET:j@example.com",
        );
        let second = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Anna Berg\r\nitem1.TEL:+49 30 1\r\nitem1.X-ABLabel:Work\r\n\
                      item2.EMAIL;type=INTERNET:anna@example.com\r\n\
                      PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQSkZJ\r\n RgABAQ==\r\nEND:VCARD\r\n";
        let third = "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Li\\, Na\r\nTEL;VALUE=uri;TYPE=cell:tel:+86-139-0013-9000\r\nBDAY:19900413\r\n\
                     PHOTO:data:image/jpeg;base64,/9j/4AAQ\r\nEND:VCARD\r\n";
        let found = cells(&format!("{first}{second}{third}"), &["Name", "Phones", "E-mails", "Birthday"]);
        let expected = [
            ["Jürgen Müller", "", "j@example.com", ""],
            ["Anna Berg", "+49 30 1", "anna@example.com", ""],
            ["Li, Na", "+86-139-0013-9000", "", "1990-04-13"],
        ];
        assert_eq!(found, expected);
    }
}

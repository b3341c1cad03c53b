//! Parameters that are written in pieces (RFC 2231): `name*0*=UTF-8''%E6…; name*1*=…`.
//!
//! Put together before they are decoded: the pieces are cut anywhere, within characters too.

use std::borrow::Cow;
use std::collections::BTreeMap;

/// Pieces of one parameter.
const MAX_PIECES: u32 = 500;

/// Whether a piece is encoded, and what it holds.
type Piece<'v> = (bool, &'v [u8]);

/// The field with each parameter in one piece.
pub(super) fn whole_parameters(value: &[u8]) -> Cow<'_, [u8]> {
    if !value.windows(2).any(|pair| pair[0] == b'*' && pair[1].is_ascii_digit()) {
        return Cow::Borrowed(value);
    }
    let mut whole: Vec<Vec<u8>> = Vec::new();
    let mut pieces: BTreeMap<(Vec<u8>, u32), Piece<'_>> = BTreeMap::new();
    for parameter in split(value) {
        match piece(parameter) {
            Some((name, number, encoded, content)) => {
                pieces.entry((name, number)).or_insert((encoded, content));
            }
            None => whole.push(parameter.to_vec()),
        }
    }
    let mut pieces = pieces.into_iter().peekable();
    while let Some(((name, number), (encoded, content))) = pieces.next() {
        // Without the first one it can't be known what the others are.
        if number > 0 {
            continue;
        }
        let mut parameter = [name.as_slice(), if encoded { b"*=" } else { b"=\"" }].concat();
        append(&mut parameter, encoded, encoded, content);
        while let Some((_, (more, content))) = pieces.next_if(|((next, _), _)| *next == name) {
            append(&mut parameter, encoded, more, content);
        }
        if !encoded {
            parameter.push(b'"');
        }
        whole.push(parameter);
    }
    Cow::Owned(whole.join(b";".as_slice()))
}

/// Puts a piece to what is there: as it is, or encoded if the whole is.
fn append(parameter: &mut Vec<u8>, whole_encoded: bool, encoded: bool, content: &[u8]) {
    for &byte in content {
        match byte {
            b'"' | b'\\' | b'\r' | b'\n' => {}
            _ if whole_encoded && !encoded && !byte.is_ascii_alphanumeric() => {
                parameter.extend(format!("%{byte:02X}").bytes());
            }
            _ => parameter.push(byte),
        }
    }
}

/// Name, number, whether it is encoded, and content of a piece.
fn piece(parameter: &[u8]) -> Option<(Vec<u8>, u32, bool, &[u8])> {
    let equals = parameter.iter().position(|&byte| byte == b'=')?;
    let (name, content) = (parameter[..equals].trim_ascii(), parameter[equals + 1..].trim_ascii());
    let (name, encoded) = name.strip_suffix(b"*").map_or((name, false), |name| (name, true));
    let star = name.iter().position(|&byte| byte == b'*')?;
    let number: u32 = std::str::from_utf8(&name[star + 1..]).ok()?.parse().ok()?;
    let content = content.strip_prefix(b"\"").map_or(content, |inside| inside.strip_suffix(b"\"").unwrap_or(inside));
    (number < MAX_PIECES).then(|| (name[..star].to_ascii_lowercase(), number, encoded, content))
}

/// Split at semicolons outside of quotation marks.
fn split(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    let (mut quoted, mut escaped) = (false, false);
    value.split(move |&byte| {
        quoted ^= byte == b'"' && !escaped;
        escaped = quoted && byte == b'\\' && !escaped;
        byte == b';' && !quoted
    })
}

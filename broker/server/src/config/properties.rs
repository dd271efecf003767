//! The syntax of Java properties files.
//!
//! A plain function over bytes. A logical line is `key=value`, `key:value` or `key value`; `#` and `!` begin comments,
//! a backslash at the end joins the next line, and `\t \n \r \f \uXXXX` and any other escaped character mean what
//! they mean in Java. Bytes that are not UTF-8 are read as Latin-1, as Java reads all files.

use std::iter::Peekable;
use std::str::Chars;

use thiserror::Error;

/// The largest file that is read.
pub const FILE_SIZE_MAX: usize = 1024 * 1024;

/// One key with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Property {
    /// The key; may be empty.
    pub key: String,
    /// The value; may be empty.
    pub value: String,
    /// The line on which it begins, from 1.
    pub line: usize,
}

/// A file is not in the format.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PropertiesError {
    /// More bytes than a configuration can have.
    #[error("the file has {size} bytes, more than {FILE_SIZE_MAX}: it is no configuration")]
    TooLarge {
        /// Bytes of the file.
        size: usize,
    },
    /// `\u` without four hexadecimal digits.
    #[error(
        "line {line}: \\u is not followed by four hexadecimal digits; write \\\\u for a backslash and a u"
    )]
    MalformedUnicode {
        /// The line, from 1.
        line: usize,
    },
}

/// Reads a whole file, in the order of its lines; a key that stands twice comes twice.
///
/// # Errors
/// The file is too large or has a malformed `\u` escape.
pub fn parse_properties(bytes: &[u8]) -> Result<Vec<Property>, PropertiesError> {
    if bytes.len() > FILE_SIZE_MAX {
        return Err(PropertiesError::TooLarge { size: bytes.len() });
    }
    let text = match str::from_utf8(bytes) {
        Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text).to_owned(),
        Err(_) => bytes.iter().copied().map(char::from).collect(),
    };
    let mut properties = Vec::new();
    for (line, logical) in logical_lines(&text) {
        properties.push(key_and_value(&logical, line)?);
    }
    Ok(properties)
}

/// Joins continued lines; leaves out comments and blank lines. A number is that of the first joined line.
fn logical_lines(text: &str) -> Vec<(usize, String)> {
    let normalized = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut lines = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (index, natural) in normalized.split('\n').enumerate() {
        let natural = natural.trim_start_matches([' ', '\t', '\u{c}']);
        if open.is_none() && (natural.is_empty() || natural.starts_with(['#', '!'])) {
            continue;
        }
        let backslashes = natural.len() - natural.trim_end_matches('\\').len();
        let is_continued = backslashes % 2 == 1;
        let content = if is_continued {
            &natural[..natural.len() - 1]
        } else {
            natural
        };
        let (_, logical) = open.get_or_insert_with(|| (index + 1, String::new()));
        logical.push_str(content);
        if !is_continued {
            lines.extend(open.take());
        }
    }
    lines.extend(open);
    lines
}

fn key_and_value(logical: &str, line: usize) -> Result<Property, PropertiesError> {
    let mut chars = logical.chars().peekable();
    let mut key = String::new();
    while let Some(next) = chars.next_if(|next| !matches!(next, '=' | ':' | ' ' | '\t' | '\u{c}')) {
        push_unescaped(&mut key, next, &mut chars, line)?;
    }
    skip_blanks(&mut chars);
    if chars.next_if(|next| matches!(next, '=' | ':')).is_some() {
        skip_blanks(&mut chars);
    }
    let mut value = String::new();
    while let Some(next) = chars.next() {
        push_unescaped(&mut value, next, &mut chars, line)?;
    }
    Ok(Property { key, value, line })
}

fn skip_blanks(chars: &mut Peekable<Chars<'_>>) {
    while chars
        .next_if(|next| matches!(next, ' ' | '\t' | '\u{c}'))
        .is_some()
    {}
}

fn push_unescaped(
    text: &mut String,
    next: char,
    chars: &mut Peekable<Chars<'_>>,
    line: usize,
) -> Result<(), PropertiesError> {
    if next != '\\' {
        text.push(next);
        return Ok(());
    }
    match chars.next() {
        Some('t') => text.push('\t'),
        Some('n') => text.push('\n'),
        Some('r') => text.push('\r'),
        Some('f') => text.push('\u{c}'),
        Some('u') => {
            let unit = utf16_unit(chars, line)?;
            text.push(scalar(unit, chars, line));
        }
        Some(other) => text.push(other),
        None => {}
    }
    Ok(())
}

/// The character that begins with a unit of UTF-16; takes the escape after it when the two are a pair.
fn scalar(first: u16, chars: &mut Peekable<Chars<'_>>, line: usize) -> char {
    let mut ahead = chars.clone();
    if ahead.next() == Some('\\')
        && ahead.next() == Some('u')
        && let Ok(second) = utf16_unit(&mut ahead, line)
        && let Some(Ok(pair @ '\u{10000}'..)) = char::decode_utf16([first, second]).next()
    {
        *chars = ahead;
        return pair;
    }
    char::from_u32(u32::from(first)).unwrap_or(char::REPLACEMENT_CHARACTER)
}

fn utf16_unit(chars: &mut Peekable<Chars<'_>>, line: usize) -> Result<u16, PropertiesError> {
    let mut unit = 0;
    for _ in 0..4 {
        let digit = chars.next().and_then(|digit| digit.to_digit(16));
        let digit = digit.ok_or(PropertiesError::MalformedUnicode { line })?;
        unit = unit * 16 + digit as u16;
    }
    Ok(unit)
}

#[cfg(test)]
mod mutations;
#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn reads(file: &str, expected: &[(&str, &str, usize)]) {
        let parsed = parse_properties(file.as_bytes()).unwrap();
        let parsed: Vec<_> = parsed
            .iter()
            .map(|property| (&*property.key, &*property.value, property.line))
            .collect();
        assert_eq!(parsed, expected);
    }

    #[test]
    fn keys_end_at_an_equals_sign_a_colon_or_a_blank() {
        reads(
            "a=1\nb: 2\nc 3\n d\t=\t4 \ne\n=f\n",
            &[
                ("a", "1", 1),
                ("b", "2", 2),
                ("c", "3", 3),
                ("d", "4 ", 4),
                ("e", "", 5),
                ("", "f", 6),
            ],
        );
    }

    #[test]
    fn only_the_first_separator_counts() {
        reads(
            "listeners=A://:9092,B://:9093\nx = = y",
            &[("listeners", "A://:9092,B://:9093", 1), ("x", "= y", 2)],
        );
    }

    #[test]
    fn comments_and_blank_lines_are_left_out() {
        reads(
            "# a=1\n\n  ! b=2\r\nc=3 # no comment\r",
            &[("c", "3 # no comment", 4)],
        );
    }

    #[test]
    fn a_backslash_joins_lines_and_an_escaped_one_does_not() {
        reads(
            "a=1,\\\n   2,\\\n   3\nb=c\\\\\nd=\\",
            &[("a", "1,2,3", 1), ("b", "c\\", 4), ("d", "", 5)],
        );
    }

    #[test]
    fn escapes_mean_what_they_mean_in_java() {
        reads("a\\=b=\\u0041\\t\\q\\:", &[("a=b", "A\tq:", 1)]);
        reads(
            "a=\\ud83d\\ude00\\ud83d\\u0041",
            &[("a", "\u{1f600}\u{fffd}A", 1)],
        );
        assert_eq!(
            parse_properties(b"a=1\nb=\\u12g4"),
            Err(PropertiesError::MalformedUnicode { line: 2 })
        );
    }

    #[test]
    fn bytes_that_are_no_utf_8_are_latin_1() {
        assert_eq!(parse_properties(b"a=\xe9").unwrap()[0].value, "\u{e9}");
        assert_eq!(parse_properties("a=é".as_bytes()).unwrap()[0].value, "é");
    }

    #[test]
    fn no_bytes_make_it_panic_and_too_many_are_refused() {
        let alphabet = b"a=\\:u0 \n\r#\t\xff";
        let mut seed = 1_u64;
        for _ in 0..20_000 {
            let mut bytes = Vec::new();
            for _ in 0..12 {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                bytes.push(alphabet[(seed >> 33) as usize % alphabet.len()]);
            }
            let _parsed = parse_properties(&bytes);
        }
        assert!(parse_properties(&vec![b'a'; FILE_SIZE_MAX + 1]).is_err());
    }
}

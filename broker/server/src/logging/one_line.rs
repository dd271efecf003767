//! Writes each event as one line of bounded length that no client can break or colour.

use std::fmt::Write as _;
use std::io::{self, Stderr, Write};

/// Longest line in bytes; a client id alone may have 32 KiB.
const LINE_MAX: usize = 8 * 1024;
const CUT: &str = "… (cut)";

/// Escapes control characters within the lines that pass through it.
#[derive(Debug)]
pub(super) struct OneLineWriter<W>(W);

impl OneLineWriter<Stderr> {
    /// Lines go to the standard error.
    pub(super) fn standard_error() -> Self {
        Self(io::stderr())
    }
}

impl<W: Write> Write for OneLineWriter<W> {
    /// Takes one whole event, which is how the subscriber writes.
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        self.0.write_all(one_line(event).as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

fn one_line(event: &[u8]) -> String {
    let text = String::from_utf8_lossy(event);
    let text = text.strip_suffix('\n').unwrap_or(&text);
    let mut line = String::with_capacity(text.len().min(LINE_MAX) + 1);
    for character in text.chars() {
        if line.len() >= LINE_MAX {
            line.push_str(CUT);
            break;
        }
        if character.is_control() || matches!(character, '\u{2028}' | '\u{2029}') {
            // Writing to a string does not fail.
            let _written = write!(line, "{}", character.escape_default());
        } else {
            line.push(character);
        }
    }
    line.push('\n');
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_client_sends_neither_ends_a_line_nor_steers_a_terminal() {
        let line = one_line(b"client=a\nFATAL: fake\x1b[31m\r\xc2\x9b\n");
        assert_eq!(line, "client=a\\nFATAL: fake\\u{1b}[31m\\r\\u{9b}\n");
    }

    #[test]
    fn a_line_has_a_bound() {
        let line = one_line(&[b'x'; 3 * LINE_MAX]);
        assert!(line.len() <= LINE_MAX + CUT.len() + 1, "{}", line.len());
        assert!(line.ends_with("(cut)\n"));
    }

    #[test]
    fn ordinary_text_stays_as_it_is() {
        assert_eq!(one_line("grüße\n".as_bytes()), "grüße\n");
    }
}

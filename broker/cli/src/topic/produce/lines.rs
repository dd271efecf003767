//! Lines of the standard input, cut by a thread of their own so that a terminal or pipe never stops the sending.
//!
//! Invariant: at most [`CHUNKS_WAITING`] reads of [`READ_SIZE`] bytes and one line of [`LINE_SIZE_MAX`] are held.

use std::io::{ErrorKind, Read};

use tokio::sync::mpsc::{Receiver, Sender, channel};

use crate::error::CliError;

const READ_SIZE: usize = 64 << 10;
const CHUNKS_WAITING: usize = 16;
/// Longest line; no broker takes a longer record with usual settings.
const LINE_SIZE_MAX: usize = 64 << 20;

type Lines = Vec<Vec<u8>>;

/// The lines without their ends, as many at a time as were there to be read.
pub(crate) fn of_stdin() -> Receiver<Result<Lines, CliError>> {
    let (sender, receiver) = channel(CHUNKS_WAITING);
    std::thread::spawn(move || {
        let outcome = cut(std::io::stdin().lock(), |lines| {
            sender.blocking_send(Ok(lines)).is_ok()
        });
        report(&sender, outcome);
    });
    receiver
}

fn report(sender: &Sender<Result<Lines, CliError>>, outcome: Result<(), CliError>) {
    if let Err(error) = outcome {
        // Nobody listens any more: there is nobody to tell.
        drop(sender.blocking_send(Err(error)));
    }
}

/// Hands lines over as they come; stops when `hand_over` says no.
fn cut(mut input: impl Read, mut hand_over: impl FnMut(Lines) -> bool) -> Result<(), CliError> {
    let mut buffer = vec![0; READ_SIZE];
    let mut open: Vec<u8> = Vec::new();
    let mut count = 0;
    loop {
        let read = match input.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(source) => {
                return Err(CliError::Stream {
                    what: "read the standard input",
                    source,
                });
            }
        };
        let mut lines = Vec::new();
        let mut parts = buffer[..read].split(|byte| *byte == b'\n');
        open.extend_from_slice(parts.next().unwrap_or_default());
        for part in parts {
            lines.push(ended(std::mem::take(&mut open)));
            open.extend_from_slice(part);
        }
        count += lines.len() as u64;
        if open.len() > LINE_SIZE_MAX {
            return Err(CliError::Input {
                line: count + 1,
                reason: format!("it is longer than {LINE_SIZE_MAX} bytes"),
            });
        }
        if !lines.is_empty() && !hand_over(lines) {
            return Ok(());
        }
    }
    if !open.is_empty() {
        hand_over(vec![ended(open)]);
    }
    Ok(())
}

/// A line from a file of Windows ends with a carriage return.
fn ended(mut line: Vec<u8>) -> Vec<u8> {
    line.pop_if(|byte| *byte == b'\r');
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives one byte at a time.
    struct Drip<'a>(&'a [u8]);

    impl Read for Drip<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let (Some((first, rest)), Some(place)) = (self.0.split_first(), buffer.first_mut()) else {
                return Ok(0);
            };
            (*place, self.0) = (*first, rest);
            Ok(1)
        }
    }

    fn lines_of(input: impl Read) -> Vec<String> {
        let mut all = Vec::new();
        cut(input, |lines| {
            all.extend(lines.into_iter().map(|line| String::from_utf8(line).unwrap()));
            true
        })
        .unwrap();
        all
    }

    #[test]
    fn lines_are_the_same_however_they_arrive() {
        let text = b"one\n\ntwo\r\nlast";
        let expected = ["one", "", "two", "last"];
        assert_eq!(lines_of(text.as_slice()), expected);
        assert_eq!(lines_of(Drip(text)), expected);
        assert_eq!(lines_of(b"".as_slice()), Vec::<String>::new());
        assert_eq!(lines_of(b"a\n".as_slice()), ["a"]);
    }

    #[test]
    fn an_endless_line_is_refused() {
        let outcome = cut(std::io::repeat(b'x'), |_| true);
        assert!(matches!(outcome, Err(CliError::Input { line: 1, .. })));
    }
}

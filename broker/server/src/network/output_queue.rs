//! Answers on their way out, as segments that are written together and never copied.

use std::collections::VecDeque;
use std::io::IoSlice;

use broker_codec::Encoder;
use bytes::{Buf, Bytes};

/// Segments of one vectored write; Linux takes up to 1024.
const SLICES_MAX: usize = 64;

/// What a connection still has to send.
#[derive(Debug, Default)]
pub(super) struct OutputQueue {
    segments: VecDeque<Bytes>,
    size: usize,
}

impl OutputQueue {
    /// Queues a whole frame.
    pub(super) fn push(&mut self, frame: Encoder) {
        self.size += frame.size();
        self.segments.extend(
            frame
                .into_segments()
                .into_iter()
                .filter(|segment| !segment.is_empty()),
        );
    }

    /// Bytes that wait.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// Whether everything was sent.
    pub(super) fn is_empty(&self) -> bool {
        self.size == 0
    }

    /// The first segments, as many as one write takes.
    pub(super) fn slices(&self) -> impl AsRef<[IoSlice<'_>]> {
        let mut slices = Slices {
            slices: [IoSlice::new(&[]); SLICES_MAX],
            count: 0,
        };
        for (place, segment) in slices.slices.iter_mut().zip(&self.segments) {
            *place = IoSlice::new(segment);
            slices.count += 1;
        }
        slices
    }

    /// Forgets `sent` bytes from the front.
    pub(super) fn advance(&mut self, mut sent: usize) {
        self.size -= sent;
        while let Some(first) = self.segments.front_mut() {
            if sent < first.len() {
                first.advance(sent);
                return;
            }
            sent -= first.len();
            self.segments.pop_front();
        }
    }
}

struct Slices<'a> {
    slices: [IoSlice<'a>; SLICES_MAX],
    count: usize,
}

impl<'a> AsRef<[IoSlice<'a>]> for Slices<'a> {
    fn as_ref(&self) -> &[IoSlice<'a>] {
        &self.slices[..self.count]
    }
}

#[cfg(test)]
mod tests {
    use broker_codec::{Form, Records};

    use super::*;

    #[test]
    fn a_partial_write_continues_inside_a_segment() {
        let records = Records::from_segments(vec![Bytes::from_static(b"abc"), Bytes::from_static(b"de")]);
        let mut frame = Encoder::new();
        frame.put_slice(b"1");
        frame.put_records(&records, Form::Plain).unwrap();
        let whole = frame.clone().into_bytes();
        for step in 1..=whole.len() {
            let mut queue = OutputQueue::default();
            queue.push(frame.clone());
            let mut sent = Vec::new();
            while !queue.is_empty() {
                let slices: Vec<u8> = queue
                    .slices()
                    .as_ref()
                    .iter()
                    .flat_map(|slice| slice.to_vec())
                    .collect();
                let now = step.min(slices.len());
                sent.extend_from_slice(&slices[..now]);
                queue.advance(now);
            }
            assert_eq!(sent, whole, "steps of {step}");
        }
    }
}

//! Cuts the stream of a connection into frames: four bytes of size, then so many bytes.
//!
//! Owns the frame in the making and the whole frames that wait. Invariant: memory follows the bytes that came. A
//! frame that claims 100 MB gets room for four times what was received; only a connection that has already sent a
//! large frame whole gets room for the next one of that size (up to [`CREDIT_MAX`]) at once. Small frames are copied
//! into memory of their own size, so that a batch of 100 bytes in a cache never keeps a read buffer alive; a large
//! frame is read in place and its records are never copied.

use std::collections::VecDeque;

use bytes::{BufMut, Bytes, BytesMut, buf::Limit};
use thiserror::Error;

/// Bytes that a frame may hold before more is asked for.
pub(super) const FIRST_CAPACITY: usize = 16 * 1024;
const GROWTH: usize = 4;
const CREDIT_MAX: usize = 1024 * 1024;
const PREFIX_SIZE: usize = size_of::<i32>();

/// The size before a frame is none that is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a frame of {size} bytes is not between 1 and {max}")]
pub(super) struct FrameSizeError {
    /// What the four bytes say.
    pub(super) size: i32,
    /// Largest size that is served.
    pub(super) max: usize,
}

/// The frames of one connection.
#[derive(Debug)]
pub(super) struct FrameAssembler {
    max_size: usize,
    prefix: [u8; PREFIX_SIZE],
    prefix_received: usize,
    body: Option<Body>,
    ready: VecDeque<Bytes>,
    ready_size: usize,
    credit: usize,
}

#[derive(Debug)]
struct Body {
    claimed: usize,
    bytes: BytesMut,
}

impl FrameAssembler {
    /// Frames of at most `max_size` bytes.
    pub(super) fn new(max_size: usize) -> Self {
        Self {
            max_size,
            prefix: [0; PREFIX_SIZE],
            prefix_received: 0,
            body: None,
            ready: VecDeque::new(),
            ready_size: 0,
            credit: 0,
        }
    }

    /// The next whole frame.
    pub(super) fn next_frame(&mut self) -> Option<Bytes> {
        let frame = self.ready.pop_front()?;
        self.ready_size -= frame.len();
        Some(frame)
    }

    /// Whether a frame has begun and is not whole.
    pub(super) fn is_receiving(&self) -> bool {
        self.prefix_received > 0 || self.body.is_some()
    }

    /// Claimed size of the frame that has begun, 0 for none.
    pub(super) fn claimed(&self) -> usize {
        self.body.as_ref().map_or(0, |body| body.claimed)
    }

    /// Bytes of memory that frames take.
    pub(super) fn held(&self) -> usize {
        self.ready_size + self.body.as_ref().map_or(0, |body| body.bytes.capacity())
    }

    /// Takes bytes that were read elsewhere.
    ///
    /// # Errors
    /// The connection must be closed; frames that came whole before are still there.
    pub(super) fn feed(&mut self, mut bytes: &[u8]) -> Result<(), FrameSizeError> {
        while !bytes.is_empty() {
            bytes = match self.body.take() {
                None => self.feed_prefix(bytes)?,
                Some(body) => self.feed_body(body, bytes),
            };
        }
        Ok(())
    }

    fn feed_prefix<'a>(&mut self, bytes: &'a [u8]) -> Result<&'a [u8], FrameSizeError> {
        let taken = (PREFIX_SIZE - self.prefix_received).min(bytes.len());
        self.prefix[self.prefix_received..][..taken].copy_from_slice(&bytes[..taken]);
        self.prefix_received += taken;
        if self.prefix_received == PREFIX_SIZE {
            let size = i32::from_be_bytes(self.prefix);
            let claimed = usize::try_from(size).unwrap_or(0);
            if claimed == 0 || claimed > self.max_size {
                return Err(FrameSizeError {
                    size,
                    max: self.max_size,
                });
            }
            let at_hand = bytes.len() - taken;
            let capacity = claimed.min(at_hand.max(FIRST_CAPACITY));
            self.body = Some(Body {
                claimed,
                bytes: BytesMut::with_capacity(capacity),
            });
        }
        Ok(&bytes[taken..])
    }

    fn feed_body<'a>(&mut self, mut body: Body, bytes: &'a [u8]) -> &'a [u8] {
        let taken = body.missing().min(bytes.len());
        body.bytes.extend_from_slice(&bytes[..taken]);
        self.body = Some(body);
        self.finish_if_whole();
        &bytes[taken..]
    }

    /// How much more memory the frame needs before [`FrameAssembler::space`] has room; none while it has, or while
    /// no frame has begun.
    pub(super) fn growth(&self) -> Option<usize> {
        let body = self.body.as_ref()?;
        let capacity = body.bytes.capacity();
        (body.bytes.len() == capacity).then(|| {
            let wanted = body.bytes.len().saturating_mul(GROWTH).max(self.credit);
            wanted.min(body.claimed) - capacity
        })
    }

    /// Gives the frame `more` bytes of memory.
    pub(super) fn grow(&mut self, more: usize) {
        if let Some(body) = &mut self.body {
            let mut larger = BytesMut::with_capacity(body.bytes.capacity() + more);
            larger.extend_from_slice(&body.bytes);
            body.bytes = larger;
        }
    }

    /// Where the frame that has begun is read to; none if no frame has begun. Never reaches into the next frame.
    pub(super) fn space(&mut self) -> Option<Limit<&mut BytesMut>> {
        let body = self.body.as_mut()?;
        let room = body.missing().min(body.bytes.capacity() - body.bytes.len());
        Some((&mut body.bytes).limit(room))
    }

    /// To be called when bytes were read into [`FrameAssembler::space`].
    pub(super) fn finish_if_whole(&mut self) {
        let Some(body) = self.body.take_if(|body| body.missing() == 0) else {
            return;
        };
        self.prefix_received = 0;
        self.credit = self.credit.max(body.claimed.min(CREDIT_MAX));
        self.ready_size += body.bytes.len();
        self.ready.push_back(body.bytes.freeze());
    }
}

impl Body {
    fn missing(&self) -> usize {
        self.claimed - self.bytes.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAX: usize = 100 * 1024 * 1024;

    fn prefix(size: i32) -> [u8; 4] {
        size.to_be_bytes()
    }

    #[test]
    fn frames_come_out_whole_however_the_stream_is_cut() {
        let stream = [&prefix(3)[..], b"abc", &prefix(1), b"d", &prefix(2), b"ef"].concat();
        for cut in 1..stream.len() {
            let mut assembler = FrameAssembler::new(MAX);
            for piece in stream.chunks(cut) {
                assembler.feed(piece).unwrap();
            }
            let frames: Vec<_> = std::iter::from_fn(|| assembler.next_frame()).collect();
            assert_eq!(frames, [&b"abc"[..], b"d", b"ef"], "pieces of {cut}");
            assert!(!assembler.is_receiving());
            assert_eq!(assembler.held(), 0);
        }
    }

    #[test]
    fn a_size_that_is_not_served_is_refused_before_anything_is_reserved() {
        for size in [0, -1, i32::MIN, i32::MAX, MAX as i32 + 1] {
            let mut assembler = FrameAssembler::new(MAX);
            assert_eq!(
                assembler.feed(&prefix(size)),
                Err(FrameSizeError { size, max: MAX })
            );
            assert_eq!(assembler.held(), 0);
        }
    }

    #[test]
    fn memory_follows_what_came_and_not_what_was_claimed() {
        let mut assembler = FrameAssembler::new(MAX);
        assembler.feed(&prefix(MAX as i32)).unwrap();
        assert!(assembler.held() <= FIRST_CAPACITY);
        assembler.feed(&vec![0; FIRST_CAPACITY]).unwrap();
        let growth = assembler.growth().unwrap();
        assert_eq!(growth, 3 * FIRST_CAPACITY);
        assembler.grow(growth);
        assert_eq!(assembler.held(), 4 * FIRST_CAPACITY);
        assert_eq!(assembler.growth(), None);
    }

    #[test]
    fn a_connection_that_sent_a_large_frame_gets_room_for_the_next_at_once() {
        let mut assembler = FrameAssembler::new(MAX);
        let size = 200 * 1024;
        assembler.feed(&prefix(size as i32)).unwrap();
        assembler.feed(&vec![0; size]).unwrap();
        assert_eq!(assembler.next_frame().unwrap().len(), size);
        assembler.feed(&prefix(size as i32)).unwrap();
        assembler.feed(&vec![0; FIRST_CAPACITY]).unwrap();
        assert_eq!(assembler.growth(), Some(size - FIRST_CAPACITY));
    }

    #[test]
    fn reading_in_place_never_reaches_into_the_next_frame() {
        let mut assembler = FrameAssembler::new(MAX);
        assembler.feed(&prefix(5)).unwrap();
        let mut space = assembler.space().unwrap();
        assert_eq!(space.remaining_mut(), 5);
        space.put_slice(b"12345");
        assembler.finish_if_whole();
        assert_eq!(assembler.next_frame().unwrap(), &b"12345"[..]);
        assert!(assembler.space().is_none());
    }
}

//! The value of a protocol field of type records: whole batches as shared segments.
//!
//! Invariant: segments are never copied on their way from the log (or the socket) into an answer. What is in the
//! batches is the business of `batch`.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};

/// Record batches as they lie in a log or a frame, in one or several shared pieces.
#[derive(Clone, Debug)]
pub struct Records(Segments);

#[derive(Clone, Debug)]
enum Segments {
    One(Bytes),
    Many(Arc<[Bytes]>),
}

impl Records {
    /// Takes pieces that follow each other.
    pub fn from_segments(mut segments: Vec<Bytes>) -> Self {
        match segments.len() {
            0 => Self::default(),
            1 => Self::from(segments.swap_remove(0)),
            _ => Self(Segments::Many(segments.into())),
        }
    }

    /// Number of bytes in all segments.
    #[inline]
    pub fn size(&self) -> usize {
        match &self.0 {
            Segments::One(bytes) => bytes.len(),
            Segments::Many(segments) => segments.iter().map(Bytes::len).sum(),
        }
    }

    /// Whether there is no byte at all.
    pub fn is_empty(&self) -> bool {
        self.size() == 0
    }

    /// The pieces in order.
    #[inline]
    pub fn segments(&self) -> impl Iterator<Item = &Bytes> {
        match &self.0 {
            Segments::One(bytes) => std::slice::from_ref(bytes).iter(),
            Segments::Many(segments) => segments.iter(),
        }
    }

    /// All bytes in one piece; copies only if there are several segments.
    pub fn to_bytes(&self) -> Bytes {
        match &self.0 {
            Segments::One(bytes) => bytes.clone(),
            Segments::Many(segments) => {
                let mut whole = BytesMut::with_capacity(self.size());
                for segment in segments.iter() {
                    whole.extend_from_slice(segment);
                }
                whole.freeze()
            }
        }
    }
}

impl Default for Records {
    fn default() -> Self {
        Self(Segments::One(Bytes::new()))
    }
}

impl From<Bytes> for Records {
    fn from(bytes: Bytes) -> Self {
        Self(Segments::One(bytes))
    }
}

impl PartialEq for Records {
    /// Equal if the bytes are, however they are cut into segments.
    fn eq(&self, other: &Self) -> bool {
        self.size() == other.size() && self.segments().flatten().eq(other.segments().flatten())
    }
}

impl Eq for Records {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equality_does_not_see_where_segments_end() {
        let whole = Records::from(Bytes::from_static(b"abcd"));
        let cut = Records::from_segments(vec![Bytes::from_static(b"abc"), Bytes::from_static(b"d")]);
        assert_eq!(whole, cut);
        assert_eq!(cut.to_bytes(), Bytes::from_static(b"abcd"));
        assert_ne!(whole, Records::default());
    }

    #[test]
    fn one_segment_is_handed_out_without_a_copy() {
        let bytes = Bytes::from(vec![7; 100]);
        let records = Records::from(bytes.clone());
        assert_eq!(records.to_bytes().as_ptr(), bytes.as_ptr());
    }
}

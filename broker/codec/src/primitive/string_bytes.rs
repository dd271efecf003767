//! Text that shares the memory of the frame that it came in.
//!
//! Invariant: the bytes are UTF-8. Every way in checks that once, so that every way out is free.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;

use bytes::Bytes;

use crate::DecodeError;

/// A cheaply cloned string: a slice of shared bytes, known to be UTF-8.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct StringBytes(Bytes);

impl StringBytes {
    /// The empty string.
    pub const EMPTY: Self = Self::from_static("");

    /// Text that lives as long as the program; nothing is allocated.
    pub const fn from_static(text: &'static str) -> Self {
        Self(Bytes::from_static(text.as_bytes()))
    }

    /// Checks and takes bytes.
    ///
    /// # Errors
    /// The bytes are not UTF-8.
    #[inline]
    pub fn from_utf8(bytes: Bytes) -> Result<Self, DecodeError> {
        match std::str::from_utf8(&bytes) {
            Ok(_) => Ok(Self(bytes)),
            Err(_) => Err(DecodeError::InvalidUtf8),
        }
    }

    /// Takes bytes, with U+FFFD in the place of whatever is not UTF-8.
    pub fn from_utf8_lossy(bytes: Bytes) -> Self {
        match String::from_utf8_lossy(&bytes) {
            std::borrow::Cow::Borrowed(_) => Self(bytes),
            std::borrow::Cow::Owned(text) => Self::from(text),
        }
    }

    /// The text.
    #[inline]
    #[expect(
        unsafe_code,
        reason = "checked once on the way in, so that no reader pays for it again"
    )]
    pub fn as_str(&self) -> &str {
        // SAFETY: every constructor takes a `str` or has checked the bytes, and nothing mutates them.
        unsafe { std::str::from_utf8_unchecked(&self.0) }
    }

    /// The bytes of the text, shared.
    pub fn bytes(&self) -> &Bytes {
        &self.0
    }

    /// A copy that keeps no larger frame alive: for names that outlive their request.
    pub fn detached(&self) -> Self {
        Self(Bytes::copy_from_slice(&self.0))
    }
}

impl Deref for StringBytes {
    type Target = str;

    #[inline]
    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl AsRef<str> for StringBytes {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl Borrow<str> for StringBytes {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

impl Hash for StringBytes {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl PartialOrd for StringBytes {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for StringBytes {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl PartialEq<str> for StringBytes {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for StringBytes {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl PartialEq<String> for StringBytes {
    fn eq(&self, other: &String) -> bool {
        self.as_str() == other
    }
}

impl From<&str> for StringBytes {
    fn from(text: &str) -> Self {
        Self(Bytes::copy_from_slice(text.as_bytes()))
    }
}

impl From<String> for StringBytes {
    fn from(text: String) -> Self {
        Self(Bytes::from(text))
    }
}

impl From<&String> for StringBytes {
    fn from(text: &String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<StringBytes> for String {
    fn from(text: StringBytes) -> Self {
        text.as_str().to_owned()
    }
}

impl fmt::Display for StringBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

impl fmt::Debug for StringBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_utf8_comes_in() {
        assert_eq!(
            StringBytes::from_utf8(Bytes::from_static(b"\xff")),
            Err(DecodeError::InvalidUtf8)
        );
        assert_eq!(
            StringBytes::from_utf8_lossy(Bytes::from_static(b"a\xff")),
            "a\u{fffd}"
        );
    }

    #[test]
    fn a_map_keyed_by_text_finds_plain_str() {
        let map = std::collections::HashMap::from([(StringBytes::from("a"), 1)]);
        assert_eq!(map.get("a"), Some(&1));
    }
}

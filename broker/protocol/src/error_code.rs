//! Error codes of the protocol.
//!
//! Numbers, names and messages are part of the protocol: clients print them, and some match on them. Which error
//! of ours becomes which code is decided in the server alone. Invariant: codes are dense from -1, so a code is
//! found by its place in [`ErrorCode::ALL`].

use std::fmt;

/// Whether a client may send the same request again and hope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retriability {
    /// The cause passes by itself.
    Retry,
    /// It does not.
    Final,
}

/// What is known about one code.
#[derive(Debug)]
pub(crate) struct ErrorRow {
    name: &'static str,
    retriability: Retriability,
    message: &'static str,
}

macro_rules! error_codes {
    ($($(#[$default:ident])? $variant:ident = $code:literal, $name:literal, $retriability:ident, $message:literal;)*) => {
        /// Outcome of a request or of a part of it, as clients see it.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(i16)]
        pub enum ErrorCode {
            $(#[doc = $message] $(#[$default])? $variant = $code,)*
        }

        impl ErrorCode {
            /// All codes, ordered by number from -1.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];
        }

        static ROWS: &[ErrorRow] = &[$(ErrorRow {
            name: $name,
            retriability: Retriability::$retriability,
            message: $message,
        },)*];

        pub(super) fn row(code: ErrorCode) -> &'static ErrorRow {
            let first = ErrorCode::ALL[0].code();
            &ROWS[usize::from(code.code().abs_diff(first))]
        }
    };
}
use error_codes;

mod table;

pub use table::ErrorCode;

impl ErrorCode {
    /// The number on the wire.
    pub const fn code(self) -> i16 {
        self as i16
    }

    /// The code with that number; none for numbers that Kafka 4.4 does not know.
    pub fn from_i16(code: i16) -> Option<Self> {
        let place = usize::try_from(i32::from(code) - i32::from(Self::UnknownServerError.code())).ok()?;
        Self::ALL.get(place).copied()
    }

    /// Kafka's name, for example `NOT_LEADER_OR_FOLLOWER`.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// What a client prints.
    pub fn message(self) -> &'static str {
        self.row().message
    }

    /// Whether a client may send the same request again and hope.
    pub fn is_retriable(self) -> bool {
        self.row().retriability == Retriability::Retry
    }

    fn row(self) -> &'static ErrorRow {
        table::row(self)
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name(), self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_dense_from_minus_one() {
        for (code, place) in ErrorCode::ALL.iter().zip(-1_i16..) {
            assert_eq!(code.code(), place);
            assert_eq!(ErrorCode::from_i16(place), Some(*code));
        }
        assert_eq!(ErrorCode::ALL.len(), 138);
        assert_eq!(ErrorCode::from_i16(137), None);
        assert_eq!(ErrorCode::from_i16(-2), None);
        assert_eq!(ErrorCode::from_i16(i16::MIN), None);
    }

    #[test]
    fn names_and_retries_are_kafkas() {
        assert_eq!(ErrorCode::None.name(), "NONE");
        assert_eq!(
            ErrorCode::NotLeaderOrFollower.to_string(),
            "NOT_LEADER_OR_FOLLOWER (6)"
        );
        assert!(ErrorCode::NotLeaderOrFollower.is_retriable());
        assert!(!ErrorCode::InvalidRecord.is_retriable());
    }
}

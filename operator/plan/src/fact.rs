//! What is known about something: that it is so, that it is not there, or nothing.
//!
//! "The list failed" and "the list is empty" look alike in most programs, and then everything is deleted. Here they are
//! different values, and a step that ends or removes something asks for [`Fact::known`] or [`Fact::Absent`] by name.

/// Something that was looked at.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Fact<T> {
    /// It is there, and like this.
    Known(T),
    /// It was looked for and is not there.
    Absent,
    /// It could not be looked at, and why.
    Unknown(String),
}

impl<T> Fact<T> {
    /// The value, if it is known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Absent | Self::Unknown(_) => None,
        }
    }

    /// Why it is not known, if it is not.
    pub fn unknown(&self) -> Option<&str> {
        match self {
            Self::Unknown(reason) => Some(reason),
            Self::Known(_) | Self::Absent => None,
        }
    }
}

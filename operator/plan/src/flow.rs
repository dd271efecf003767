//! How a pass over an object ended, in words that are part of the API: the reasons of conditions.

/// How a pass ended.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Flow {
    /// Everything is as it should be.
    Done,
    /// Work goes on; look again soon.
    Working {
        /// Reason of the condition `Reconciling`.
        reason: &'static str,
        /// What is being done or waited for, and what a person can do about it.
        message: String,
    },
    /// Nothing will move until a person or another object changes.
    Stalled {
        /// Reason of the condition `Stalled`.
        reason: &'static str,
        /// What is wrong, and the next command.
        message: String,
    },
}

impl Flow {
    /// Work that goes on.
    pub fn working(reason: &'static str, message: impl Into<String>) -> Self {
        Self::Working {
            reason,
            message: message.into(),
        }
    }

    /// Something that a person has to change.
    pub fn stalled(reason: &'static str, message: impl Into<String>) -> Self {
        Self::Stalled {
            reason,
            message: message.into(),
        }
    }

    /// Seconds after which to look again even if nothing is reported.
    #[must_use]
    pub fn look_again_after(&self) -> u64 {
        match self {
            Self::Working { .. } => 5,
            Self::Stalled { .. } | Self::Done => 600,
        }
    }
}

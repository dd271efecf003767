//! Why a store is not used, as something that programs can tell apart.
//!
//! Invariant: a trouble stands for one thing that somebody has to do; what the store said is told beside it.

use broker_tiered::store_problem::StoreProblem;
use object_store::Error;

use super::StoreRefused;

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreTrouble {
    /// It does not answer, or with errors that pass by themselves.
    Unreachable,
    /// The keys or the token are not valid.
    Credentials,
    /// They are, and may not do this.
    Denied,
    /// There is no such bucket.
    NoBucket,
    /// The bucket lies in another region.
    Region,
    /// The clocks differ too much.
    Clock,
    /// It has no room.
    Full,
    /// The prefix belongs to another cluster.
    OtherCluster,
    /// It does not keep its word about conditions.
    NoConditions,
    /// What the configuration says is no store.
    Configuration,
}

impl StoreTrouble {
    /// Of a request that failed.
    pub fn of(error: &Error) -> Self {
        match StoreProblem::of(&error.to_string()) {
            Some(
                StoreProblem::NoKey
                | StoreProblem::UnknownKey
                | StoreProblem::WrongSecret
                | StoreProblem::Token
                | StoreProblem::NotAuthenticated,
            ) => Self::Credentials,
            Some(StoreProblem::Denied) => Self::Denied,
            Some(StoreProblem::NoBucket) => Self::NoBucket,
            Some(StoreProblem::Region) => Self::Region,
            Some(StoreProblem::Clock) => Self::Clock,
            Some(StoreProblem::Full) => Self::Full,
            None => Self::Unreachable,
        }
    }

    /// Of a store that was tried.
    pub fn of_refusal(refused: &StoreRefused) -> Self {
        match refused {
            StoreRefused::OwnedByOther { .. } => Self::OtherCluster,
            StoreRefused::IgnoresConditions(_) | StoreRefused::RefusesChanges => Self::NoConditions,
            StoreRefused::Unavailable(error) => Self::of(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use broker_model::ClusterId;

    use super::*;

    fn answered(code: &str) -> Error {
        Error::Generic {
            store: "S3",
            source: format!("<Error><Code>{code}</Code></Error>").into(),
        }
    }

    #[test]
    fn what_somebody_has_to_do_is_told_apart() {
        for (code, expected) in [
            ("SignatureDoesNotMatch", StoreTrouble::Credentials),
            ("ExpiredToken", StoreTrouble::Credentials),
            ("AuthenticationFailed", StoreTrouble::Credentials),
            ("AccessDenied", StoreTrouble::Denied),
            ("NoSuchBucket", StoreTrouble::NoBucket),
            ("RequestTimeTooSkewed", StoreTrouble::Clock),
            ("SlowDown", StoreTrouble::Unreachable),
        ] {
            assert_eq!(StoreTrouble::of(&answered(code)), expected, "{code}");
        }
        let other = StoreRefused::OwnedByOther {
            found: "a".to_owned(),
            own: ClusterId::new("b"),
        };
        assert_eq!(StoreTrouble::of_refusal(&other), StoreTrouble::OtherCluster);
        let denied = StoreRefused::Unavailable(answered("AccessDenied"));
        assert_eq!(StoreTrouble::of_refusal(&denied), StoreTrouble::Denied);
    }
}

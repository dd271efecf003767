//! How a failed request is told to whoever looks after the broker.
//!
//! What is known about a refusal is `broker_tiered::store_problem`'s. Invariant: a bucket that is gone is never taken
//! for objects that are gone, though both are answered with the same status.

use broker_tiered::store_problem::{StoreProblem, said};
use object_store::Error;

/// What is wrong and what to do about it, or what the client says.
pub fn explained(error: &Error) -> String {
    let answer = error.to_string();
    match StoreProblem::of(&answer) {
        Some(problem) => format!("{problem} ({})", said(&answer).unwrap_or(answer)),
        None => answer,
    }
}

/// Whether the store says that there is no such object.
pub(crate) fn is_absent(error: &Error) -> bool {
    let is_missing = matches!(error, Error::NotFound { .. });
    is_missing && StoreProblem::of(&error.to_string()) != Some(StoreProblem::NoBucket)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn not_found(answer: &str) -> Error {
        Error::NotFound {
            path: "owner".to_owned(),
            source: answer.into(),
        }
    }

    #[test]
    fn a_bucket_that_is_gone_is_not_an_object_that_is_gone() {
        assert!(is_absent(&not_found("<Error><Code>NoSuchKey</Code></Error>")));
        assert!(is_absent(&not_found("no file")));
        assert!(!is_absent(&not_found("<Error><Code>NoSuchBucket</Code></Error>")));
    }

    #[test]
    fn a_refusal_is_told_with_the_next_step_and_the_words_of_the_store() {
        let told = explained(&not_found(
            "<Error><Code>NoSuchBucket</Code><Message>None.</Message></Error>",
        ));
        assert!(
            told.contains("create it") && told.ends_with("(NoSuchBucket: None.)"),
            "{told}"
        );
        assert!(explained(&not_found("no file")).contains("no file"));
    }
}

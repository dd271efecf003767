//! What a refusal of the store means to whoever looks after the broker, and what to do about it.
//!
//! The answer's text in, a problem with its next step out. S3's error codes, those of stores that speak its protocol and
//! a few of Azure's and Google's are known; of any other answer nothing is said. Invariant: a problem changes what is told and nothing else.

use std::fmt;

/// Why a store refuses whatever it is asked, until somebody does something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreProblem {
    /// Nobody said which key, and the machine has no role that gives one.
    NoKey,
    /// Nobody has that access key.
    UnknownKey,
    /// The secret is not that of the access key.
    WrongSecret,
    /// The session token is over, or no token of that key.
    Token,
    /// Azure or Google does not believe who asks.
    NotAuthenticated,
    /// The key is good and may not do this.
    Denied,
    /// There is no such bucket.
    NoBucket,
    /// The bucket lies in another region.
    Region,
    /// The clocks of the broker and of the store differ too much.
    Clock,
    /// The store has no room.
    Full,
}

/// What each problem is called in an answer.
const CODES: &[(StoreProblem, &[&str])] = &[
    (
        StoreProblem::UnknownKey,
        &["InvalidAccessKeyId", "XMinioAccessKeyDisabled"],
    ),
    (StoreProblem::WrongSecret, &["SignatureDoesNotMatch"]),
    (
        StoreProblem::Token,
        &[
            "ExpiredToken",
            "InvalidToken",
            "InvalidTokenId",
            "TokenRefreshRequired",
        ],
    ),
    (
        StoreProblem::NotAuthenticated,
        &[
            "AuthenticationFailed",
            "AuthenticationRequired",
            "InvalidAuthenticationInfo",
            "NoAuthenticationInformation",
        ],
    ),
    (
        StoreProblem::Denied,
        &[
            "AccessDenied",
            "AuthorizationFailure",
            "AllAccessDisabled",
            "AccountProblem",
            "AuthorizationPermissionMismatch",
        ],
    ),
    (StoreProblem::NoBucket, &["NoSuchBucket", "ContainerNotFound"]),
    (
        StoreProblem::Region,
        &[
            "AuthorizationHeaderMalformed",
            "PermanentRedirect",
            "IllegalLocationConstraintException",
        ],
    ),
    (StoreProblem::Clock, &["RequestTimeTooSkewed", "RequestExpired"]),
    (
        StoreProblem::Full,
        &[
            "XMinioStorageFull",
            "QuotaExceeded",
            "XMinioAdminBucketQuotaExceeded",
        ],
    ),
];
/// Where the client asks for the keys of the machine's role when it was given none: a machine's own service, a container's.
const SERVICES_OF_ROLES: [&str; 2] = ["http://169.254.169.254/", "http://169.254.170.2/"];
/// How the client tells of a redirect to another region that does not say where.
const BARE_REDIRECT: &str = "redirect without LOCATION";

impl StoreProblem {
    /// Finds it in the text of an answer, as `<Code>AccessDenied</Code>`.
    pub fn of(answer: &str) -> Option<Self> {
        if answer.contains(BARE_REDIRECT) {
            return Some(Self::Region);
        }
        if SERVICES_OF_ROLES.iter().any(|service| answer.contains(service)) {
            return Some(Self::NoKey);
        }
        let code = code_in(answer)?;
        let named = CODES.iter().find(|(_, codes)| codes.contains(&code));
        named.map(|(problem, _)| *problem)
    }
}

/// The code of an answer, or of one key of a request that deletes several.
fn code_in(answer: &str) -> Option<&str> {
    between(answer, "<Code>", "</Code>").or_else(|| between(answer, "(code: ", ")"))
}

/// The sentence of the store itself, where it gives one.
pub fn said(answer: &str) -> Option<String> {
    let code = code_in(answer)?;
    Some(match between(answer, "<Message>", "</Message>") {
        Some(message) => format!("{code}: {message}"),
        None => code.to_owned(),
    })
}

fn between<'a>(text: &'a str, open: &str, close: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(open)?;
    rest.split_once(close).map(|(found, _)| found)
}

impl fmt::Display for StoreProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoKey => {
                "no access key is set, and the machine has no role that gives one: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY \
                 (a broker also takes eddyline.remote.s3.access.key.id and eddyline.remote.s3.secret.access.key), and start it again"
            }
            Self::UnknownKey => {
                "the store does not know the access key: correct eddyline.remote.s3.access.key.id or AWS_ACCESS_KEY_ID \
                 (some stores say so, too, when a session is over: then give fresh credentials), and restart the broker"
            }
            Self::WrongSecret => {
                "the secret key is wrong: correct eddyline.remote.s3.secret.access.key or AWS_SECRET_ACCESS_KEY, and \
                 restart the broker"
            }
            Self::Token => {
                "the session token is over or not valid: give fresh credentials with AWS_SESSION_TOKEN, or a role that \
                 renews them, and restart the broker"
            }
            Self::NotAuthenticated => {
                "the store does not believe who asks: correct account and key of the environment (AZURE_STORAGE_ACCOUNT_NAME and \
                 AZURE_STORAGE_ACCOUNT_KEY, or GOOGLE_SERVICE_ACCOUNT), and restart the broker"
            }
            Self::Denied => {
                "the access key may not do this: allow it s3:GetObject, s3:PutObject, s3:DeleteObject and \
                 s3:AbortMultipartUpload on the prefix and s3:ListBucket on the bucket; the broker tries again by itself"
            }
            Self::NoBucket => {
                "there is no such bucket: create it or correct eddyline.remote.store; the broker tries again by itself"
            }
            Self::Region => {
                "the bucket lies in another region: correct eddyline.remote.s3.region or AWS_DEFAULT_REGION, and restart \
                 the broker"
            }
            Self::Clock => {
                "the clocks of this machine and of the store differ too much: set this one right (NTP); the broker tries \
                 again by itself"
            }
            Self::Full => "the store has no room or its quota is used up: give it room; the broker tries again by itself",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(code: &str) -> String {
        format!(
            "Error performing PUT http://127.0.0.1:9000/b/owner in 3ms - Server returned non-2xx status code: 403 \
             Forbidden: <?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>No.</Message><Key>b</Key></Error>"
        )
    }

    #[test]
    fn every_code_means_one_problem_with_a_next_step() {
        let mut seen = Vec::new();
        for (problem, codes) in CODES {
            for code in *codes {
                assert_eq!(StoreProblem::of(&answer(code)), Some(*problem), "{code}");
                assert!(!seen.contains(code), "{code} is named twice");
                seen.push(code);
            }
            let sentence = problem.to_string();
            assert!(sentence.contains(": ") && !sentence.contains("  "), "{sentence}");
        }
    }

    #[test]
    fn an_answer_that_is_not_known_is_left_as_it_is() {
        assert_eq!(StoreProblem::of(&answer("SlowDown")), None);
        assert_eq!(StoreProblem::of("connection refused"), None);
        assert_eq!(StoreProblem::of("<Code>never closed"), None);
        assert_eq!(said("connection refused"), None);
    }

    #[test]
    fn a_redirect_that_does_not_say_where_is_about_the_region() {
        let told =
            "Received redirect without LOCATION, this normally indicates an incorrectly configured region";
        assert_eq!(StoreProblem::of(told), Some(StoreProblem::Region));
    }

    #[test]
    fn a_role_that_gives_no_key_is_a_missing_key() {
        let told = "Generic S3 error: Error performing PUT http://169.254.169.254/latest/api/token in 1ms, after 2 retries - \
                    HTTP error: error sending request";
        assert_eq!(StoreProblem::of(told), Some(StoreProblem::NoKey));
        let elsewhere = told.replace("169.254.169.254/latest", "169.254.1.1/bucket");
        assert_eq!(StoreProblem::of(&elsewhere), None);
    }

    #[test]
    fn one_key_of_many_that_is_not_deleted_tells_as_much() {
        let told = "DeleteObjects request failed for key own/probe-1: Access Denied. (code: AccessDenied)";
        assert_eq!(StoreProblem::of(told), Some(StoreProblem::Denied));
        assert_eq!(said(told).as_deref(), Some("AccessDenied"));
    }

    #[test]
    fn what_the_store_says_is_passed_on() {
        assert_eq!(
            said(&answer("AccessDenied")).as_deref(),
            Some("AccessDenied: No.")
        );
        assert_eq!(said("<Code>A</Code>").as_deref(), Some("A"));
    }
}

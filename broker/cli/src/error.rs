//! Why a command did not do all that it was asked, and the exit code that says so.

use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::ExitCode;

use broker_client::ClientError;
use broker_protocol::ErrorCode;
use serde_json::json;
use thiserror::Error;

use crate::admin::AdminError;
use crate::output::OutputFormat;

/// Why a command failed.
#[derive(Debug, Error)]
pub(crate) enum CliError {
    /// The cluster said no, or nothing.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The admin service said no, or nothing.
    #[error(transparent)]
    Admin(#[from] AdminError),
    /// What was asked makes no sense together.
    #[error("{0}")]
    Usage(String),
    /// Something that cannot be undone was neither confirmed nor can it be asked for.
    #[error("{what} cannot be undone and there is no terminal to confirm it on; add --yes if you mean it")]
    NotConfirmed {
        /// What would be done.
        what: String,
    },
    /// A person said no.
    #[error("nothing was done: {what} was not confirmed")]
    Declined {
        /// What would have been done.
        what: String,
    },
    /// Some of it was done.
    #[error("{failed} of {total} {what} failed; the reasons are above")]
    Partial {
        /// What was counted.
        what: &'static str,
        /// How many failed.
        failed: usize,
        /// Of how many.
        total: usize,
    },
    /// What a plan asks for cannot be computed or may not be done now.
    #[error("{0}")]
    Impossible(String),
    /// Records that were read in do not look as they should.
    #[error("line {line} of the input: {reason}")]
    Input {
        /// Counted from 1.
        line: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// The standard input or output failed.
    #[error("cannot {what}: {source}")]
    Stream {
        /// What was tried.
        what: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file failed.
    #[error("cannot read {}: {source}", .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A result has no form in the format that was asked for.
    #[error("cannot write the result as {format}: {reason}; try another -o")]
    Format {
        /// The format.
        format: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// No threads.
    #[error("cannot start the runtime: {0}; are the limits of processes and threads reached?")]
    Runtime(std::io::Error),
}

/// What the exit code says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExitStatus {
    /// 0: all was done.
    Done,
    /// 1: nothing was done.
    Failed,
    /// 2: it was asked wrongly.
    Usage,
    /// 3: some of it was done.
    Partial,
    /// 4: there was no answer in time; whether it was done is not known.
    Timeout,
    /// 5: it is not allowed, or not without logging in.
    NotAllowed,
}

impl ExitStatus {
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Partial => 3,
            Self::Timeout => 4,
            Self::NotAllowed => 5,
        }
    }
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        Self::from(status.code())
    }
}

impl CliError {
    /// The outcome of doing the same to many things: tells each failure and says how many there were.
    pub(crate) fn of_many(
        what: &'static str,
        total: usize,
        mut failures: Vec<Self>,
        format: OutputFormat,
    ) -> Result<(), Self> {
        if total == 1
            && let Some(only) = failures.pop()
        {
            return Err(only);
        }
        failures.iter().for_each(|failure| failure.print(format));
        match failures.len() {
            0 => Ok(()),
            failed => Err(Self::Partial { what, failed, total }),
        }
    }

    pub(crate) fn exit_status(&self) -> ExitStatus {
        match self {
            Self::Client(error) => status_of(error),
            Self::Admin(error) => error.exit_status(),
            Self::Usage(_) | Self::NotConfirmed { .. } => ExitStatus::Usage,
            Self::Partial { failed, total, .. } if failed < total => ExitStatus::Partial,
            _ if self.is_closed_pipe() => ExitStatus::Done,
            Self::Partial { .. }
            | Self::Declined { .. }
            | Self::Impossible(_)
            | Self::Input { .. }
            | Self::File { .. }
            | Self::Stream { .. }
            | Self::Format { .. }
            | Self::Runtime(_) => ExitStatus::Failed,
        }
    }

    /// Whoever reads our output has enough, as `head` does.
    pub(crate) fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Stream { source, .. } if source.kind() == ErrorKind::BrokenPipe)
    }

    /// Tells the error on stderr, as an object if results are objects too.
    pub(crate) fn print(&self, format: OutputFormat) {
        match format {
            OutputFormat::Table => eprintln!("eddyline: {self}"),
            OutputFormat::Json | OutputFormat::Yaml => eprintln!("{}", self.to_json()),
        }
    }

    fn to_json(&self) -> serde_json::Value {
        let code = match self {
            Self::Client(ClientError::NoSuchTopic { .. }) => Some(ErrorCode::UnknownTopicOrPartition.name()),
            Self::Client(error) => error.code().map(ErrorCode::name),
            _ => None,
        };
        let hint = match self {
            Self::Client(error) => error.hint(),
            _ => None,
        };
        json!({"error": {
            "code": self.exit_status().code(),
            "kafka_error": code,
            "message": self.to_string(),
            "hint": hint,
        }})
    }
}

fn status_of(error: &ClientError) -> ExitStatus {
    match error {
        ClientError::Timeout { .. }
        | ClientError::ConnectTimeout { .. }
        | ClientError::NotDelivered { .. } => ExitStatus::Timeout,
        ClientError::InvalidAddress { .. } => ExitStatus::Usage,
        ClientError::Kafka { code, .. } => match code {
            ErrorCode::RequestTimedOut => ExitStatus::Timeout,
            ErrorCode::TopicAuthorizationFailed
            | ErrorCode::GroupAuthorizationFailed
            | ErrorCode::ClusterAuthorizationFailed
            | ErrorCode::TransactionalIdAuthorizationFailed
            | ErrorCode::DelegationTokenAuthorizationFailed
            | ErrorCode::SaslAuthenticationFailed
            | ErrorCode::UnsupportedSaslMechanism
            | ErrorCode::IllegalSaslState => ExitStatus::NotAllowed,
            _ => ExitStatus::Failed,
        },
        _ => ExitStatus::Failed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kafka(code: ErrorCode) -> CliError {
        CliError::Client(ClientError::Kafka {
            host: "h:1".to_owned(),
            api: broker_protocol::ApiKey::Metadata,
            subject: "topic t".to_owned(),
            code,
            message: "no".to_owned(),
        })
    }

    #[test]
    fn each_kind_of_failure_has_its_exit_code() {
        let partial = |failed| CliError::Partial {
            what: "topics",
            failed,
            total: 2,
        };
        for (error, code) in [
            (kafka(ErrorCode::TopicAlreadyExists), 1),
            (CliError::Usage(String::new()), 2),
            (CliError::NotConfirmed { what: String::new() }, 2),
            (partial(1), 3),
            (partial(2), 1),
            (kafka(ErrorCode::RequestTimedOut), 4),
            (kafka(ErrorCode::GroupAuthorizationFailed), 5),
        ] {
            assert_eq!(error.exit_status().code(), code, "{error}");
        }
    }

    #[test]
    fn an_error_as_json_carries_the_code_of_kafka() {
        let value = kafka(ErrorCode::TopicAlreadyExists).to_json();
        assert_eq!(value["error"]["kafka_error"], "TOPIC_ALREADY_EXISTS");
        assert_eq!(value["error"]["code"], 1);
        assert_eq!(
            value["error"]["hint"],
            "Choose another name, or use the topic that is there."
        );
    }

    #[test]
    fn a_reader_that_has_enough_is_no_failure() {
        let error = CliError::Stream {
            what: "write",
            source: ErrorKind::BrokenPipe.into(),
        };
        assert!(error.is_closed_pipe());
        assert_eq!(error.exit_status(), ExitStatus::Done);
    }
}

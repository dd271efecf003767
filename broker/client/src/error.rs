//! What can go wrong between us and a cluster, told so that a person knows what to do next.

use std::fmt;
use std::time::Duration;

use broker_codec::batch::BatchError;
use broker_codec::compression::CompressionError;
use broker_codec::{DecodeError, EncodeError, StringBytes};
use broker_model::TopicPartition;
use broker_protocol::{ApiKey, ErrorCode, Request};
use thiserror::Error;

use crate::Connection;

/// Why a call did not give an answer.
#[derive(Debug, Error)]
pub enum ClientError {
    /// The bootstrap list or an address in it makes no sense.
    #[error("{address:?} is no address: write host:port, several separated by commas")]
    InvalidAddress {
        /// What was given.
        address: String,
    },
    /// No TCP connection.
    #[error(
        "cannot connect to {host}: {source}; is the broker running, and is this its advertised listener?"
    )]
    Connect {
        /// Host and port.
        host: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// No TCP connection in time.
    #[error("no connection to {host} within {after:?}; is it reachable from here?")]
    ConnectTimeout {
        /// Host and port.
        host: String,
        /// How long was waited.
        after: Duration,
    },
    /// None of the bootstrap addresses answered.
    #[error("no broker answers: {}", .attempts.join("; "))]
    NoBroker {
        /// What each address said.
        attempts: Vec<String>,
    },
    /// The broker closed the connection before it answered.
    #[error("{host} closed the connection before it answered {api}: {reason}; its log says why")]
    Closed {
        /// Host and port.
        host: String,
        /// What was asked.
        api: ApiKey,
        /// How it ended.
        reason: String,
    },
    /// No answer in time.
    #[error("{host} did not answer {api} within {after:?}; it may be overloaded, or the timeout too short")]
    Timeout {
        /// Host and port.
        host: String,
        /// What was asked.
        api: ApiKey,
        /// How long was waited.
        after: Duration,
    },
    /// The broker and we share no version of the API.
    #[error(
        "{host} does not serve {api} in a version that this client speaks; it may be too old, or have no such feature"
    )]
    UnsupportedApi {
        /// Host and port.
        host: String,
        /// What was asked.
        api: ApiKey,
    },
    /// The answer cannot be read.
    #[error("the answer of {host} to {api} v{version} is malformed: {source}; is this a Kafka listener?")]
    Decode {
        /// Host and port.
        host: String,
        /// What was asked.
        api: ApiKey,
        /// In which version.
        version: i16,
        /// What is wrong with it.
        source: DecodeError,
    },
    /// The request has no form in the version that the broker speaks.
    #[error(
        "{api} v{version} for {host} cannot say what was asked: {source}; the broker may be too old for it"
    )]
    Encode {
        /// Host and port.
        host: String,
        /// What was asked.
        api: ApiKey,
        /// In which version.
        version: i16,
        /// What has no place in it.
        source: EncodeError,
    },
    /// The broker answered with an error.
    #[error("{host} answers {api} for {subject} with {code}: {}.{}", .message.trim_end_matches('.'), hint(*.code))]
    Kafka {
        /// Host and port, or the name of the cluster's role.
        host: String,
        /// What was asked.
        api: ApiKey,
        /// The topic, partition, group or resource in question.
        subject: String,
        /// The code.
        code: ErrorCode,
        /// What the broker says about it, else the protocol's message.
        message: String,
    },
    /// The cluster does not know the broker that it named as leader, coordinator or controller.
    #[error("the cluster names no address for broker {broker}; it may be starting or gone, try again")]
    UnknownBroker {
        /// The broker.
        broker: i32,
    },
    /// The topic does not have that partition, or the partition has no leader.
    #[error("{partition} has no leader; does the partition exist, and are its brokers up?")]
    NoLeader {
        /// The partition.
        partition: TopicPartition,
    },
    /// There is no topic of that name.
    #[error("topic {topic} does not exist; list the topics to see which do, or create it")]
    NoSuchTopic {
        /// The name.
        topic: String,
    },
    /// The answer says nothing about what was asked.
    #[error("the answer of {host} to {api} leaves out what was asked; is this a Kafka listener?")]
    Incomplete {
        /// Host and port.
        host: String,
        /// What was asked.
        api: ApiKey,
    },
    /// A record waited longer than it may to be taken.
    #[error("records for {partition} were not taken within {after:?}: {last}")]
    NotDelivered {
        /// Where they should go.
        partition: TopicPartition,
        /// How long was tried.
        after: Duration,
        /// What the last try said.
        last: String,
    },
    /// A batch could not be packed.
    #[error("cannot pack records for {partition}: {source}")]
    Compression {
        /// Where they should go.
        partition: TopicPartition,
        /// What the codec said.
        source: CompressionError,
    },
    /// Fetched records cannot be read.
    #[error("records of {partition} cannot be read: {source}")]
    Batch {
        /// Where they came from.
        partition: TopicPartition,
        /// What is wrong with them.
        source: BatchError,
    },
}

impl ClientError {
    /// Whether the same call may succeed a moment later, perhaps on another broker.
    pub fn is_retriable(&self) -> bool {
        match self {
            Self::Connect { .. }
            | Self::ConnectTimeout { .. }
            | Self::Closed { .. }
            | Self::UnknownBroker { .. }
            | Self::NoBroker { .. }
            | Self::NoLeader { .. } => true,
            Self::Kafka { code, .. } => code.is_retriable(),
            Self::InvalidAddress { .. }
            | Self::NoSuchTopic { .. }
            | Self::Incomplete { .. }
            | Self::NotDelivered { .. }
            | Self::Timeout { .. }
            | Self::UnsupportedApi { .. }
            | Self::Decode { .. }
            | Self::Encode { .. }
            | Self::Compression { .. }
            | Self::Batch { .. } => false,
        }
    }

    /// Whether the broker was not there to answer, so that another one may be asked.
    pub(crate) fn is_connection_lost(&self) -> bool {
        matches!(
            self,
            Self::Connect { .. } | Self::ConnectTimeout { .. } | Self::Closed { .. }
        )
    }

    /// What a person can do about it, where that does not go without saying.
    pub fn hint(&self) -> Option<&'static str> {
        let hint = hint(self.code()?).trim();
        (!hint.is_empty()).then_some(hint)
    }

    /// The code that the broker answered with, if it did.
    pub fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::Kafka { code, .. } => Some(*code),
            _ => None,
        }
    }
}

/// Who was asked what: the part of an error that all verdicts on one answer share.
#[derive(Clone, Debug)]
pub struct Asked {
    pub(crate) host: String,
    pub(crate) api: ApiKey,
}

impl Asked {
    /// The request `R` on that connection.
    pub fn of<R: Request>(connection: &Connection) -> Self {
        Self {
            host: connection.host().to_owned(),
            api: R::API_KEY,
        }
    }

    /// Turns the code in an answer, and what the broker said beside it, into an outcome.
    ///
    /// # Errors
    /// The code is not 0.
    pub fn verdict(
        &self,
        subject: impl fmt::Display,
        code: i16,
        message: Option<&StringBytes>,
    ) -> Result<(), ClientError> {
        let code = ErrorCode::from_i16(code).unwrap_or(ErrorCode::UnknownServerError);
        if code == ErrorCode::None {
            return Ok(());
        }
        let message = message
            .map(StringBytes::as_str)
            .filter(|message| !message.is_empty());
        Err(ClientError::Kafka {
            host: self.host.clone(),
            api: self.api,
            subject: subject.to_string(),
            code,
            message: message.unwrap_or(code.message()).to_owned(),
        })
    }

    /// The error for a code that is known to be one.
    pub(crate) fn refused(&self, subject: String, code: ErrorCode) -> ClientError {
        let message = code.message().to_owned();
        ClientError::Kafka {
            host: self.host.clone(),
            api: self.api,
            subject,
            code,
            message,
        }
    }

    /// The one result in an answer to a request about one thing.
    pub(crate) fn only<T>(&self, results: Vec<T>) -> Result<T, ClientError> {
        let incomplete = || ClientError::Incomplete {
            host: self.host.clone(),
            api: self.api,
        };
        results.into_iter().next().ok_or_else(incomplete)
    }
}

/// What a person can do about the codes that they meet most.
fn hint(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::UnknownTopicOrPartition => " Check the name, or create the topic.",
        ErrorCode::TopicAlreadyExists => " Choose another name, or use the topic that is there.",
        ErrorCode::InvalidReplicationFactor => " Ask for no more replicas than there are brokers.",
        ErrorCode::NonEmptyGroup => " Stop the group's members first.",
        ErrorCode::GroupIdNotFound => " List the groups to see which there are.",
        ErrorCode::OffsetOutOfRange => " List the offsets to see which the log still has.",
        ErrorCode::MessageTooLarge => " Raise max.message.bytes of the topic, or send less at once.",
        ErrorCode::NotEnoughReplicas | ErrorCode::NotEnoughReplicasAfterAppend => {
            " Bring brokers back, or lower min.insync.replicas of the topic."
        }
        ErrorCode::TopicAuthorizationFailed
        | ErrorCode::GroupAuthorizationFailed
        | ErrorCode::ClusterAuthorizationFailed => " Ask for the right to do so.",
        _ => "",
    }
}

//! Kafka's wire format without generated code: messages are JSON values, laid out by the schema files of the repository.
//!
//! The broker's own codec is not used here, so that a mistake in it shows. Owns nothing but the loaded schemas.
//! Fields that a version lacks are left out when writing; fields that are absent take their default.

pub mod batch;
pub mod decode;
pub mod encode;

use std::collections::BTreeMap;
use std::path::Path;

use broker_schema::model::{Kind, Message};

/// What goes wrong between bytes and values; told to a person, never matched on.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// All requests and responses by name of their API.
#[derive(Debug)]
pub struct Schemas {
    requests: BTreeMap<String, Message>,
    responses: BTreeMap<String, Message>,
}

impl Schemas {
    /// Loads the schema files of the repository.
    ///
    /// # Errors
    /// A file is missing or contradicts itself.
    pub fn load(folder: &Path) -> Result<Self> {
        let (mut requests, mut responses) = (BTreeMap::new(), BTreeMap::new());
        for message in broker_schema::parse::load(folder)? {
            match message.kind {
                Kind::Request => {
                    requests.insert(message.name.trim_end_matches("Request").to_owned(), message)
                }
                Kind::Response => {
                    responses.insert(message.name.trim_end_matches("Response").to_owned(), message)
                }
                _ => None,
            };
        }
        Ok(Self { requests, responses })
    }

    /// The request of an API.
    ///
    /// # Errors
    /// There is no such API.
    pub fn request(&self, api: &str) -> Result<&Message> {
        self.requests
            .get(api)
            .ok_or_else(|| format!("no request {api}").into())
    }

    /// The response of an API.
    ///
    /// # Errors
    /// There is no such API.
    pub fn response(&self, api: &str) -> Result<&Message> {
        self.responses
            .get(api)
            .ok_or_else(|| format!("no response {api}").into())
    }

    /// Name of the API with that key.
    #[must_use]
    pub fn name_of(&self, key: i16) -> Option<&str> {
        self.requests
            .iter()
            .find(|(_, message)| message.key == Some(key))
            .map(|(name, _)| name.as_str())
    }
}

/// Does the response of this API carry tagged fields in its header?
#[must_use]
pub fn has_flexible_response_header(message: &Message, version: i16) -> bool {
    // ApiVersions keeps the oldest header, so that a client can read it before it knows what the broker speaks.
    message.key != Some(18) && message.is_flexible(version)
}

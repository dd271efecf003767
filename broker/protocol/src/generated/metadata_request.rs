//! `MetadataRequest`, versions 0-13, flexible from 9. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};
use broker_model::Uuid;

/// Message `MetadataRequest`, number 3.
#[derive(Clone, Debug, PartialEq)]
pub struct MetadataRequest {
    /// Versions 0-13, null in 1-13.
    pub topics: Option<Vec<MetadataRequestTopic>>,
    /// Versions 4-13, default true.
    pub allow_auto_topic_creation: bool,
    /// Versions 8-10.
    pub include_cluster_authorized_operations: bool,
    /// Versions 8-13.
    pub include_topic_authorized_operations: bool,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for MetadataRequest {
    fn default() -> Self {
        Self {
            topics: Some(Vec::new()),
            allow_auto_topic_creation: true,
            include_cluster_authorized_operations: false,
            include_topic_authorized_operations: false,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl MetadataRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=13;
}

impl Message for MetadataRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("MetadataRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 9);
        Ok(Self {
            topics: if version >= 1 {
                d.get_nullable_structs(form, 2, version)?
            } else {
                Some(d.get_structs(form, 2, version)?)
            },
            allow_auto_topic_creation: if version >= 4 { d.get_bool()? } else { true },
            include_cluster_authorized_operations: if (8..=10).contains(&version) {
                d.get_bool()?
            } else {
                false
            },
            include_topic_authorized_operations: if version >= 8 { d.get_bool()? } else { false },
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("MetadataRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 9);
        if version < 1 && self.topics.is_none() {
            return Err(EncodeError::null("MetadataRequest.topics", version));
        }
        e.put_nullable_structs(self.topics.as_deref(), form, version)?;
        if version >= 4 {
            e.put_bool(self.allow_auto_topic_creation);
        } else {
            EncodeError::check_unset(
                !self.allow_auto_topic_creation,
                "MetadataRequest.allow_auto_topic_creation",
                version,
            )?;
        }
        if (8..=10).contains(&version) {
            e.put_bool(self.include_cluster_authorized_operations);
        } else {
            EncodeError::check_unset(
                self.include_cluster_authorized_operations,
                "MetadataRequest.include_cluster_authorized_operations",
                version,
            )?;
        }
        if version >= 8 {
            e.put_bool(self.include_topic_authorized_operations);
        } else {
            EncodeError::check_unset(
                self.include_topic_authorized_operations,
                "MetadataRequest.include_topic_authorized_operations",
                version,
            )?;
        }
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `MetadataRequest` in versions 0-13.
#[derive(Clone, Debug, PartialEq)]
pub struct MetadataRequestTopic {
    /// Versions 10-13, dropped elsewhere.
    pub topic_id: Uuid,
    /// Versions 0-13, null in 10-13; topic name.
    pub name: Option<StringBytes>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for MetadataRequestTopic {
    fn default() -> Self {
        Self {
            topic_id: Uuid::ZERO,
            name: Some(StringBytes::EMPTY),
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl Message for MetadataRequestTopic {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 9);
        Ok(Self {
            topic_id: if version >= 10 { d.get_uuid()? } else { Uuid::ZERO },
            name: if version >= 10 {
                d.get_nullable_string(form)?
            } else {
                Some(d.get_string(form)?)
            },
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 9);
        if version >= 10 {
            e.put_uuid(self.topic_id);
        }
        if version < 10 && self.name.is_none() {
            return Err(EncodeError::null("MetadataRequestTopic.name", version));
        }
        e.put_nullable_string(self.name.as_deref(), form)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

impl crate::Request for MetadataRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::Metadata;
    type Response = crate::generated::metadata_response::MetadataResponse;
}

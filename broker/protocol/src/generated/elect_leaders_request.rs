//! `ElectLeadersRequest`, versions 0-2, flexible from 2. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `ElectLeadersRequest`, number 43.
#[derive(Clone, Debug, PartialEq)]
pub struct ElectLeadersRequest {
    /// Versions 1-2.
    pub election_type: i8,
    /// Versions 0-2, may be null.
    pub topic_partitions: Option<Vec<TopicPartitions>>,
    /// Versions 0-2, default 60000.
    pub timeout_ms: i32,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for ElectLeadersRequest {
    fn default() -> Self {
        Self {
            election_type: 0,
            topic_partitions: Some(Vec::new()),
            timeout_ms: 60000,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl ElectLeadersRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=2;
}

impl Message for ElectLeadersRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("ElectLeadersRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 2);
        Ok(Self {
            election_type: if version >= 1 { d.get_i8()? } else { 0 },
            topic_partitions: d.get_nullable_structs(form, 3, version)?,
            timeout_ms: d.get_i32()?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("ElectLeadersRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 2);
        if version >= 1 {
            e.put_i8(self.election_type);
        } else {
            EncodeError::check_unset(
                self.election_type != 0,
                "ElectLeadersRequest.election_type",
                version,
            )?;
        }
        e.put_nullable_structs(self.topic_partitions.as_deref(), form, version)?;
        e.put_i32(self.timeout_ms);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `ElectLeadersRequest` in versions 0-2.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicPartitions {
    /// Versions 0-2; topic name.
    pub topic: StringBytes,
    /// Versions 0-2.
    pub partitions: Vec<i32>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for TopicPartitions {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 2);
        Ok(Self {
            topic: d.get_string(form)?,
            partitions: d.get_array(form, 4, Decoder::get_i32)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 2);
        e.put_string(&self.topic, form)?;
        e.put_i32_array(&self.partitions, form)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

impl crate::Request for ElectLeadersRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::ElectLeaders;
    type Response = crate::generated::elect_leaders_response::ElectLeadersResponse;
}

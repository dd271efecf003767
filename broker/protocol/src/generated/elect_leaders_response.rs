//! `ElectLeadersResponse`, versions 0-2, flexible from 2. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `ElectLeadersResponse`, number 43.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ElectLeadersResponse {
    /// Versions 0-2.
    pub throttle_time_ms: i32,
    /// Versions 1-2.
    pub error_code: i16,
    /// Versions 0-2.
    pub replica_election_results: Vec<ReplicaElectionResult>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl ElectLeadersResponse {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=2;
}

impl Message for ElectLeadersResponse {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("ElectLeadersResponse", &Self::VERSIONS, version)?;
        let form = Form::since(version, 2);
        Ok(Self {
            throttle_time_ms: d.get_i32()?,
            error_code: if version >= 1 { d.get_i16()? } else { 0 },
            replica_election_results: d.get_structs(form, 3, version)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("ElectLeadersResponse", &Self::VERSIONS, version)?;
        let form = Form::since(version, 2);
        e.put_i32(self.throttle_time_ms);
        if version >= 1 {
            e.put_i16(self.error_code);
        } else {
            EncodeError::check_unset(self.error_code != 0, "ElectLeadersResponse.error_code", version)?;
        }
        e.put_structs(&self.replica_election_results, form, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `ElectLeadersResponse` in versions 0-2.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReplicaElectionResult {
    /// Versions 0-2; topic name.
    pub topic: StringBytes,
    /// Versions 0-2.
    pub partition_result: Vec<PartitionResult>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for ReplicaElectionResult {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 2);
        Ok(Self {
            topic: d.get_string(form)?,
            partition_result: d.get_structs(form, 8, version)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 2);
        e.put_string(&self.topic, form)?;
        e.put_structs(&self.partition_result, form, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `ElectLeadersResponse` in versions 0-2.
#[derive(Clone, Debug, PartialEq)]
pub struct PartitionResult {
    /// Versions 0-2.
    pub partition_id: i32,
    /// Versions 0-2.
    pub error_code: i16,
    /// Versions 0-2, may be null.
    pub error_message: Option<StringBytes>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for PartitionResult {
    fn default() -> Self {
        Self {
            partition_id: 0,
            error_code: 0,
            error_message: Some(StringBytes::EMPTY),
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl Message for PartitionResult {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 2);
        Ok(Self {
            partition_id: d.get_i32()?,
            error_code: d.get_i16()?,
            error_message: d.get_nullable_string(form)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 2);
        e.put_i32(self.partition_id);
        e.put_i16(self.error_code);
        e.put_nullable_string(self.error_message.as_deref(), form)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

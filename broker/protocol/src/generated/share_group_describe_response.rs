//! `ShareGroupDescribeResponse`, versions 1, flexible from 1. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};
use broker_model::Uuid;

/// Message `ShareGroupDescribeResponse`, number 77.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ShareGroupDescribeResponse {
    /// Versions 1.
    pub throttle_time_ms: i32,
    /// Versions 1.
    pub groups: Vec<DescribedGroup>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl ShareGroupDescribeResponse {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 1..=1;
}

impl Message for ShareGroupDescribeResponse {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("ShareGroupDescribeResponse", &Self::VERSIONS, version)?;
        Ok(Self {
            throttle_time_ms: d.get_i32()?,
            groups: d.get_structs(Form::Compact, 20, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("ShareGroupDescribeResponse", &Self::VERSIONS, version)?;
        e.put_i32(self.throttle_time_ms);
        e.put_structs(&self.groups, Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `ShareGroupDescribeResponse` in versions 1.
#[derive(Clone, Debug, PartialEq)]
pub struct DescribedGroup {
    /// Versions 1.
    pub error_code: i16,
    /// Versions 1, may be null, default null.
    pub error_message: Option<StringBytes>,
    /// Versions 1; group id.
    pub group_id: StringBytes,
    /// Versions 1.
    pub group_state: StringBytes,
    /// Versions 1.
    pub group_epoch: i32,
    /// Versions 1.
    pub assignment_epoch: i32,
    /// Versions 1.
    pub assignor_name: StringBytes,
    /// Versions 1.
    pub members: Vec<Member>,
    /// Versions 1, default -2147483648.
    pub authorized_operations: i32,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for DescribedGroup {
    fn default() -> Self {
        Self {
            error_code: 0,
            error_message: None,
            group_id: StringBytes::EMPTY,
            group_state: StringBytes::EMPTY,
            group_epoch: 0,
            assignment_epoch: 0,
            assignor_name: StringBytes::EMPTY,
            members: Vec::new(),
            authorized_operations: i32::MIN,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl Message for DescribedGroup {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            error_code: d.get_i16()?,
            error_message: d.get_nullable_string(Form::Compact)?,
            group_id: d.get_string(Form::Compact)?,
            group_state: d.get_string(Form::Compact)?,
            group_epoch: d.get_i32()?,
            assignment_epoch: d.get_i32()?,
            assignor_name: d.get_string(Form::Compact)?,
            members: d.get_structs(Form::Compact, 12, version)?,
            authorized_operations: d.get_i32()?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.put_i16(self.error_code);
        e.put_nullable_string(self.error_message.as_deref(), Form::Compact)?;
        e.put_string(&self.group_id, Form::Compact)?;
        e.put_string(&self.group_state, Form::Compact)?;
        e.put_i32(self.group_epoch);
        e.put_i32(self.assignment_epoch);
        e.put_string(&self.assignor_name, Form::Compact)?;
        e.put_structs(&self.members, Form::Compact, version)?;
        e.put_i32(self.authorized_operations);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `ShareGroupDescribeResponse` in versions 1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Member {
    /// Versions 1.
    pub member_id: StringBytes,
    /// Versions 1, may be null, default null.
    pub rack_id: Option<StringBytes>,
    /// Versions 1.
    pub member_epoch: i32,
    /// Versions 1.
    pub client_id: StringBytes,
    /// Versions 1.
    pub client_host: StringBytes,
    /// Versions 1; topic name.
    pub subscribed_topic_names: Vec<StringBytes>,
    /// Versions 1.
    pub assignment: Assignment,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for Member {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            member_id: d.get_string(Form::Compact)?,
            rack_id: d.get_nullable_string(Form::Compact)?,
            member_epoch: d.get_i32()?,
            client_id: d.get_string(Form::Compact)?,
            client_host: d.get_string(Form::Compact)?,
            subscribed_topic_names: d.get_array(Form::Compact, 1, |d| d.get_string(Form::Compact))?,
            assignment: Assignment::decode(d, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.put_string(&self.member_id, Form::Compact)?;
        e.put_nullable_string(self.rack_id.as_deref(), Form::Compact)?;
        e.put_i32(self.member_epoch);
        e.put_string(&self.client_id, Form::Compact)?;
        e.put_string(&self.client_host, Form::Compact)?;
        e.put_string_array(&self.subscribed_topic_names, Form::Compact)?;
        self.assignment.encode(e, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `ShareGroupDescribeResponse` in versions 1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicPartitions {
    /// Versions 1.
    pub topic_id: Uuid,
    /// Versions 1; topic name.
    pub topic_name: StringBytes,
    /// Versions 1.
    pub partitions: Vec<i32>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for TopicPartitions {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            topic_id: d.get_uuid()?,
            topic_name: d.get_string(Form::Compact)?,
            partitions: d.get_array(Form::Compact, 4, Decoder::get_i32)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_uuid(self.topic_id);
        e.put_string(&self.topic_name, Form::Compact)?;
        e.put_i32_array(&self.partitions, Form::Compact)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `ShareGroupDescribeResponse` in versions 1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Assignment {
    /// Versions 1.
    pub topic_partitions: Vec<TopicPartitions>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for Assignment {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            topic_partitions: d.get_structs(Form::Compact, 19, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.put_structs(&self.topic_partitions, Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

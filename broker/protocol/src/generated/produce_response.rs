//! `ProduceResponse`, versions 3-13, flexible from 9. Written by `cargo codegen`.

use broker_codec::{
    DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes, Tagged,
};
use broker_model::Uuid;

/// Message `ProduceResponse`, number 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProduceResponse {
    /// Versions 3-13.
    pub responses: Vec<TopicProduceResponse>,
    /// Versions 3-13, dropped elsewhere.
    pub throttle_time_ms: i32,
    /// Versions 10-13, tag 0.
    pub node_endpoints: Vec<NodeEndpoint>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl ProduceResponse {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 3..=13;
}

impl Message for ProduceResponse {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("ProduceResponse", &Self::VERSIONS, version)?;
        let form = Form::since(version, 9);
        let mut m = Self {
            responses: d.get_structs(form, 3, version)?,
            throttle_time_ms: d.get_i32()?,
            node_endpoints: Vec::new(),
            unknown_tagged_fields: Vec::new(),
        };
        if form == Form::Compact {
            let count = d.get_tag_count()?;
            if count > 0 {
                m.unknown_tagged_fields = d.get_tagged_fields(count, &mut |tag, d| {
                    match tag {
                        0 if version >= 10 => m.node_endpoints = d.get_structs(Form::Compact, 11, version)?,
                        _ => return Ok(Tagged::Unknown),
                    }
                    Ok(Tagged::Known)
                })?;
            }
        }
        Ok(m)
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("ProduceResponse", &Self::VERSIONS, version)?;
        let form = Form::since(version, 9);
        e.put_structs(&self.responses, form, version)?;
        e.put_i32(self.throttle_time_ms);
        let tag_0 = version >= 10 && !self.node_endpoints.is_empty();
        EncodeError::check_unset(
            version < 10 && !self.node_endpoints.is_empty(),
            "ProduceResponse.node_endpoints",
            version,
        )?;
        if form == Form::Compact {
            e.put_tag_count(usize::from(tag_0), &self.unknown_tagged_fields)?;
            if tag_0 {
                e.put_tagged(0, |e| e.put_structs(&self.node_endpoints, Form::Compact, version))?;
            }
            e.put_raw_tagged_fields(&self.unknown_tagged_fields)?;
        }
        Ok(())
    }
}

/// Part of `ProduceResponse` in versions 3-13.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicProduceResponse {
    /// Versions 3-12, dropped elsewhere; topic name.
    pub name: StringBytes,
    /// Versions 13, dropped elsewhere.
    pub topic_id: Uuid,
    /// Versions 3-13.
    pub partition_responses: Vec<PartitionProduceResponse>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for TopicProduceResponse {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 9);
        Ok(Self {
            name: if version <= 12 {
                d.get_string(form)?
            } else {
                StringBytes::EMPTY
            },
            topic_id: if version >= 13 { d.get_uuid()? } else { Uuid::ZERO },
            partition_responses: d.get_structs(form, 22, version)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 9);
        if version <= 12 {
            e.put_string(&self.name, form)?;
        }
        if version >= 13 {
            e.put_uuid(self.topic_id);
        }
        e.put_structs(&self.partition_responses, form, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `ProduceResponse` in versions 3-13.
#[derive(Clone, Debug, PartialEq)]
pub struct PartitionProduceResponse {
    /// Versions 3-13.
    pub index: i32,
    /// Versions 3-13.
    pub error_code: i16,
    /// Versions 3-13.
    pub base_offset: i64,
    /// Versions 3-13, default -1, dropped elsewhere.
    pub log_append_time_ms: i64,
    /// Versions 5-13, default -1, dropped elsewhere.
    pub log_start_offset: i64,
    /// Versions 8-13, dropped elsewhere.
    pub record_errors: Vec<BatchIndexAndErrorMessage>,
    /// Versions 8-13, may be null, default null, dropped elsewhere.
    pub error_message: Option<StringBytes>,
    /// Versions 10-13, tag 0.
    pub current_leader: LeaderIdAndEpoch,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for PartitionProduceResponse {
    fn default() -> Self {
        Self {
            index: 0,
            error_code: 0,
            base_offset: 0,
            log_append_time_ms: -1,
            log_start_offset: -1,
            record_errors: Vec::new(),
            error_message: None,
            current_leader: LeaderIdAndEpoch::default(),
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl Message for PartitionProduceResponse {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 9);
        let mut m = Self {
            index: d.get_i32()?,
            error_code: d.get_i16()?,
            base_offset: d.get_i64()?,
            log_append_time_ms: d.get_i64()?,
            log_start_offset: if version >= 5 { d.get_i64()? } else { -1 },
            record_errors: if version >= 8 {
                d.get_structs(form, 6, version)?
            } else {
                Vec::new()
            },
            error_message: if version >= 8 {
                d.get_nullable_string(form)?
            } else {
                None
            },
            current_leader: LeaderIdAndEpoch::default(),
            unknown_tagged_fields: Vec::new(),
        };
        if form == Form::Compact {
            let count = d.get_tag_count()?;
            if count > 0 {
                m.unknown_tagged_fields = d.get_tagged_fields(count, &mut |tag, d| {
                    match tag {
                        0 if version >= 10 => m.current_leader = LeaderIdAndEpoch::decode(d, version)?,
                        _ => return Ok(Tagged::Unknown),
                    }
                    Ok(Tagged::Known)
                })?;
            }
        }
        Ok(m)
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 9);
        e.put_i32(self.index);
        e.put_i16(self.error_code);
        e.put_i64(self.base_offset);
        e.put_i64(self.log_append_time_ms);
        if version >= 5 {
            e.put_i64(self.log_start_offset);
        }
        if version >= 8 {
            e.put_structs(&self.record_errors, form, version)?;
        }
        if version >= 8 {
            e.put_nullable_string(self.error_message.as_deref(), form)?;
        }
        let tag_0 = version >= 10 && self.current_leader != LeaderIdAndEpoch::default();
        EncodeError::check_unset(
            version < 10 && self.current_leader != LeaderIdAndEpoch::default(),
            "PartitionProduceResponse.current_leader",
            version,
        )?;
        if form == Form::Compact {
            e.put_tag_count(usize::from(tag_0), &self.unknown_tagged_fields)?;
            if tag_0 {
                e.put_tagged(0, |e| self.current_leader.encode(e, version))?;
            }
            e.put_raw_tagged_fields(&self.unknown_tagged_fields)?;
        }
        Ok(())
    }
}

/// Part of `ProduceResponse` in versions 8-13.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BatchIndexAndErrorMessage {
    /// Versions 8-13.
    pub batch_index: i32,
    /// Versions 8-13, may be null, default null.
    pub batch_index_error_message: Option<StringBytes>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for BatchIndexAndErrorMessage {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 9);
        Ok(Self {
            batch_index: d.get_i32()?,
            batch_index_error_message: d.get_nullable_string(form)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 9);
        e.put_i32(self.batch_index);
        e.put_nullable_string(self.batch_index_error_message.as_deref(), form)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `ProduceResponse` in versions 10-13.
#[derive(Clone, Debug, PartialEq)]
pub struct LeaderIdAndEpoch {
    /// Versions 10-13, default -1; broker id.
    pub leader_id: i32,
    /// Versions 10-13, default -1.
    pub leader_epoch: i32,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for LeaderIdAndEpoch {
    fn default() -> Self {
        Self {
            leader_id: -1,
            leader_epoch: -1,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl Message for LeaderIdAndEpoch {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            leader_id: d.get_i32()?,
            leader_epoch: d.get_i32()?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_i32(self.leader_id);
        e.put_i32(self.leader_epoch);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `ProduceResponse` in versions 10-13.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NodeEndpoint {
    /// Versions 10-13; broker id.
    pub node_id: i32,
    /// Versions 10-13.
    pub host: StringBytes,
    /// Versions 10-13.
    pub port: i32,
    /// Versions 10-13, may be null, default null.
    pub rack: Option<StringBytes>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for NodeEndpoint {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            node_id: d.get_i32()?,
            host: d.get_string(Form::Compact)?,
            port: d.get_i32()?,
            rack: d.get_nullable_string(Form::Compact)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_i32(self.node_id);
        e.put_string(&self.host, Form::Compact)?;
        e.put_i32(self.port);
        e.put_nullable_string(self.rack.as_deref(), Form::Compact)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

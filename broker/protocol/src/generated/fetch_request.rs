//! `FetchRequest`, versions 4-18, flexible from 12. Written by `cargo codegen`.

use broker_codec::{
    DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes, Tagged,
};
use broker_model::Uuid;

/// Message `FetchRequest`, number 1.
#[derive(Clone, Debug, PartialEq)]
pub struct FetchRequest {
    /// Versions 12-18, tag 0, may be null, default null, dropped elsewhere.
    pub cluster_id: Option<StringBytes>,
    /// Versions 4-14, default -1; broker id.
    pub replica_id: i32,
    /// Versions 15-18, tag 1.
    pub replica_state: ReplicaState,
    /// Versions 4-18.
    pub max_wait_ms: i32,
    /// Versions 4-18.
    pub min_bytes: i32,
    /// Versions 4-18, default 2147483647, dropped elsewhere.
    pub max_bytes: i32,
    /// Versions 4-18, dropped elsewhere.
    pub isolation_level: i8,
    /// Versions 7-18, dropped elsewhere.
    pub session_id: i32,
    /// Versions 7-18, default -1, dropped elsewhere.
    pub session_epoch: i32,
    /// Versions 4-18.
    pub topics: Vec<FetchTopic>,
    /// Versions 7-18.
    pub forgotten_topics_data: Vec<ForgottenTopic>,
    /// Versions 11-18, dropped elsewhere.
    pub rack_id: StringBytes,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for FetchRequest {
    fn default() -> Self {
        Self {
            cluster_id: None,
            replica_id: -1,
            replica_state: ReplicaState::default(),
            max_wait_ms: 0,
            min_bytes: 0,
            max_bytes: i32::MAX,
            isolation_level: 0,
            session_id: 0,
            session_epoch: -1,
            topics: Vec::new(),
            forgotten_topics_data: Vec::new(),
            rack_id: StringBytes::EMPTY,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl FetchRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 4..=18;
}

impl Message for FetchRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("FetchRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 12);
        let mut m = Self {
            cluster_id: None,
            replica_id: if version <= 14 { d.get_i32()? } else { -1 },
            replica_state: ReplicaState::default(),
            max_wait_ms: d.get_i32()?,
            min_bytes: d.get_i32()?,
            max_bytes: d.get_i32()?,
            isolation_level: d.get_i8()?,
            session_id: if version >= 7 { d.get_i32()? } else { 0 },
            session_epoch: if version >= 7 { d.get_i32()? } else { -1 },
            topics: d.get_structs(form, 3, version)?,
            forgotten_topics_data: if version >= 7 {
                d.get_structs(form, 3, version)?
            } else {
                Vec::new()
            },
            rack_id: if version >= 11 {
                d.get_string(form)?
            } else {
                StringBytes::EMPTY
            },
            unknown_tagged_fields: Vec::new(),
        };
        if form == Form::Compact {
            let count = d.get_tag_count()?;
            if count > 0 {
                m.unknown_tagged_fields = d.get_tagged_fields(count, &mut |tag, d| {
                    match tag {
                        0 => m.cluster_id = d.get_nullable_string(Form::Compact)?,
                        1 if version >= 15 => m.replica_state = ReplicaState::decode(d, version)?,
                        _ => return Ok(Tagged::Unknown),
                    }
                    Ok(Tagged::Known)
                })?;
            }
        }
        Ok(m)
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("FetchRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 12);
        if version <= 14 {
            e.put_i32(self.replica_id);
        } else {
            EncodeError::check_unset(self.replica_id != -1, "FetchRequest.replica_id", version)?;
        }
        e.put_i32(self.max_wait_ms);
        e.put_i32(self.min_bytes);
        e.put_i32(self.max_bytes);
        e.put_i8(self.isolation_level);
        if version >= 7 {
            e.put_i32(self.session_id);
        }
        if version >= 7 {
            e.put_i32(self.session_epoch);
        }
        e.put_structs(&self.topics, form, version)?;
        if version >= 7 {
            e.put_structs(&self.forgotten_topics_data, form, version)?;
        } else {
            EncodeError::check_unset(
                !self.forgotten_topics_data.is_empty(),
                "FetchRequest.forgotten_topics_data",
                version,
            )?;
        }
        if version >= 11 {
            e.put_string(&self.rack_id, form)?;
        }
        let tag_0 = version >= 12 && self.cluster_id.is_some();
        let tag_1 = version >= 15 && self.replica_state != ReplicaState::default();
        EncodeError::check_unset(
            version < 15 && self.replica_state != ReplicaState::default(),
            "FetchRequest.replica_state",
            version,
        )?;
        if form == Form::Compact {
            e.put_tag_count(
                usize::from(tag_0) + usize::from(tag_1),
                &self.unknown_tagged_fields,
            )?;
            if tag_0 {
                e.put_tagged(0, |e| {
                    e.put_nullable_string(self.cluster_id.as_deref(), Form::Compact)
                })?;
            }
            if tag_1 {
                e.put_tagged(1, |e| self.replica_state.encode(e, version))?;
            }
            e.put_raw_tagged_fields(&self.unknown_tagged_fields)?;
        }
        Ok(())
    }
}

/// Part of `FetchRequest` in versions 15-18.
#[derive(Clone, Debug, PartialEq)]
pub struct ReplicaState {
    /// Versions 15-18, default -1; broker id.
    pub replica_id: i32,
    /// Versions 15-18, default -1.
    pub replica_epoch: i64,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for ReplicaState {
    fn default() -> Self {
        Self {
            replica_id: -1,
            replica_epoch: -1,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl Message for ReplicaState {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            replica_id: d.get_i32()?,
            replica_epoch: d.get_i64()?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_i32(self.replica_id);
        e.put_i64(self.replica_epoch);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `FetchRequest` in versions 4-18.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FetchTopic {
    /// Versions 4-12, dropped elsewhere; topic name.
    pub topic: StringBytes,
    /// Versions 13-18, dropped elsewhere.
    pub topic_id: Uuid,
    /// Versions 4-18.
    pub partitions: Vec<FetchPartition>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for FetchTopic {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 12);
        Ok(Self {
            topic: if version <= 12 {
                d.get_string(form)?
            } else {
                StringBytes::EMPTY
            },
            topic_id: if version >= 13 { d.get_uuid()? } else { Uuid::ZERO },
            partitions: d.get_structs(form, 16, version)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 12);
        if version <= 12 {
            e.put_string(&self.topic, form)?;
        }
        if version >= 13 {
            e.put_uuid(self.topic_id);
        }
        e.put_structs(&self.partitions, form, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `FetchRequest` in versions 4-18.
#[derive(Clone, Debug, PartialEq)]
pub struct FetchPartition {
    /// Versions 4-18.
    pub partition: i32,
    /// Versions 9-18, default -1, dropped elsewhere.
    pub current_leader_epoch: i32,
    /// Versions 4-18.
    pub fetch_offset: i64,
    /// Versions 12-18, default -1.
    pub last_fetched_epoch: i32,
    /// Versions 5-18, default -1, dropped elsewhere.
    pub log_start_offset: i64,
    /// Versions 4-18.
    pub partition_max_bytes: i32,
    /// Versions 17-18, tag 0, dropped elsewhere.
    pub replica_directory_id: Uuid,
    /// Versions 18, tag 1, default 9223372036854775807, dropped elsewhere.
    pub high_watermark: i64,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for FetchPartition {
    fn default() -> Self {
        Self {
            partition: 0,
            current_leader_epoch: -1,
            fetch_offset: 0,
            last_fetched_epoch: -1,
            log_start_offset: -1,
            partition_max_bytes: 0,
            replica_directory_id: Uuid::ZERO,
            high_watermark: i64::MAX,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl Message for FetchPartition {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 12);
        let mut m = Self {
            partition: d.get_i32()?,
            current_leader_epoch: if version >= 9 { d.get_i32()? } else { -1 },
            fetch_offset: d.get_i64()?,
            last_fetched_epoch: if version >= 12 { d.get_i32()? } else { -1 },
            log_start_offset: if version >= 5 { d.get_i64()? } else { -1 },
            partition_max_bytes: d.get_i32()?,
            replica_directory_id: Uuid::ZERO,
            high_watermark: i64::MAX,
            unknown_tagged_fields: Vec::new(),
        };
        if form == Form::Compact {
            let count = d.get_tag_count()?;
            if count > 0 {
                m.unknown_tagged_fields = d.get_tagged_fields(count, &mut |tag, d| {
                    match tag {
                        0 if version >= 17 => m.replica_directory_id = d.get_uuid()?,
                        1 if version >= 18 => m.high_watermark = d.get_i64()?,
                        _ => return Ok(Tagged::Unknown),
                    }
                    Ok(Tagged::Known)
                })?;
            }
        }
        Ok(m)
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 12);
        e.put_i32(self.partition);
        if version >= 9 {
            e.put_i32(self.current_leader_epoch);
        }
        e.put_i64(self.fetch_offset);
        if version >= 12 {
            e.put_i32(self.last_fetched_epoch);
        } else {
            EncodeError::check_unset(
                self.last_fetched_epoch != -1,
                "FetchPartition.last_fetched_epoch",
                version,
            )?;
        }
        if version >= 5 {
            e.put_i64(self.log_start_offset);
        }
        e.put_i32(self.partition_max_bytes);
        let tag_0 = version >= 17 && self.replica_directory_id != Uuid::ZERO;
        let tag_1 = version >= 18 && self.high_watermark != i64::MAX;
        if form == Form::Compact {
            e.put_tag_count(
                usize::from(tag_0) + usize::from(tag_1),
                &self.unknown_tagged_fields,
            )?;
            if tag_0 {
                e.put_tagged(0, |e| {
                    e.put_uuid(self.replica_directory_id);
                    Ok(())
                })?;
            }
            if tag_1 {
                e.put_tagged(1, |e| {
                    e.put_i64(self.high_watermark);
                    Ok(())
                })?;
            }
            e.put_raw_tagged_fields(&self.unknown_tagged_fields)?;
        }
        Ok(())
    }
}

/// Part of `FetchRequest` in versions 7-18.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ForgottenTopic {
    /// Versions 7-12, dropped elsewhere; topic name.
    pub topic: StringBytes,
    /// Versions 13-18, dropped elsewhere.
    pub topic_id: Uuid,
    /// Versions 7-18.
    pub partitions: Vec<i32>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for ForgottenTopic {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 12);
        Ok(Self {
            topic: if version <= 12 {
                d.get_string(form)?
            } else {
                StringBytes::EMPTY
            },
            topic_id: if version >= 13 { d.get_uuid()? } else { Uuid::ZERO },
            partitions: d.get_array(form, 4, Decoder::get_i32)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 12);
        if version <= 12 {
            e.put_string(&self.topic, form)?;
        }
        if version >= 13 {
            e.put_uuid(self.topic_id);
        }
        e.put_i32_array(&self.partitions, form)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

impl crate::Request for FetchRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::Fetch;
    type Response = crate::generated::fetch_response::FetchResponse;
}

//! `StreamsGroupHeartbeatResponse`, versions 0-1, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `StreamsGroupHeartbeatResponse`, number 88.
#[derive(Clone, Debug, PartialEq)]
pub struct StreamsGroupHeartbeatResponse {
    /// Versions 0-1.
    pub throttle_time_ms: i32,
    /// Versions 0-1.
    pub error_code: i16,
    /// Versions 0-1, may be null, default null.
    pub error_message: Option<StringBytes>,
    /// Versions 0-1.
    pub member_id: StringBytes,
    /// Versions 0-1.
    pub member_epoch: i32,
    /// Versions 0-1.
    pub heartbeat_interval_ms: i32,
    /// Versions 0.
    pub acceptable_recovery_lag_legacy: i32,
    /// Versions 0-1.
    pub task_offset_interval_ms: i32,
    /// Versions 1, default -1, dropped elsewhere.
    pub acceptable_recovery_lag: i64,
    /// Versions 0-1, may be null.
    pub status: Option<Vec<Status>>,
    /// Versions 0-1, may be null, default null.
    pub active_tasks: Option<Vec<TaskIds>>,
    /// Versions 0-1, may be null, default null.
    pub standby_tasks: Option<Vec<TaskIds>>,
    /// Versions 0-1, may be null, default null.
    pub warmup_tasks: Option<Vec<TaskIds>>,
    /// Versions 1.
    pub topology_description_required: bool,
    /// Versions 0-1.
    pub endpoint_information_epoch: i32,
    /// Versions 0-1, may be null, default null.
    pub partitions_by_user_endpoint: Option<Vec<EndpointToPartitions>>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for StreamsGroupHeartbeatResponse {
    fn default() -> Self {
        Self {
            throttle_time_ms: 0,
            error_code: 0,
            error_message: None,
            member_id: StringBytes::EMPTY,
            member_epoch: 0,
            heartbeat_interval_ms: 0,
            acceptable_recovery_lag_legacy: 0,
            task_offset_interval_ms: 0,
            acceptable_recovery_lag: -1,
            status: Some(Vec::new()),
            active_tasks: None,
            standby_tasks: None,
            warmup_tasks: None,
            topology_description_required: false,
            endpoint_information_epoch: 0,
            partitions_by_user_endpoint: None,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl StreamsGroupHeartbeatResponse {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=1;
}

impl Message for StreamsGroupHeartbeatResponse {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("StreamsGroupHeartbeatResponse", &Self::VERSIONS, version)?;
        Ok(Self {
            throttle_time_ms: d.get_i32()?,
            error_code: d.get_i16()?,
            error_message: d.get_nullable_string(Form::Compact)?,
            member_id: d.get_string(Form::Compact)?,
            member_epoch: d.get_i32()?,
            heartbeat_interval_ms: d.get_i32()?,
            acceptable_recovery_lag_legacy: if version <= 0 { d.get_i32()? } else { 0 },
            task_offset_interval_ms: d.get_i32()?,
            acceptable_recovery_lag: if version >= 1 { d.get_i64()? } else { -1 },
            status: d.get_nullable_structs(Form::Compact, 3, version)?,
            active_tasks: d.get_nullable_structs(Form::Compact, 3, version)?,
            standby_tasks: d.get_nullable_structs(Form::Compact, 3, version)?,
            warmup_tasks: d.get_nullable_structs(Form::Compact, 3, version)?,
            topology_description_required: if version >= 1 { d.get_bool()? } else { false },
            endpoint_information_epoch: d.get_i32()?,
            partitions_by_user_endpoint: d.get_nullable_structs(Form::Compact, 7, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("StreamsGroupHeartbeatResponse", &Self::VERSIONS, version)?;
        e.put_i32(self.throttle_time_ms);
        e.put_i16(self.error_code);
        e.put_nullable_string(self.error_message.as_deref(), Form::Compact)?;
        e.put_string(&self.member_id, Form::Compact)?;
        e.put_i32(self.member_epoch);
        e.put_i32(self.heartbeat_interval_ms);
        if version <= 0 {
            e.put_i32(self.acceptable_recovery_lag_legacy);
        } else {
            EncodeError::check_unset(
                self.acceptable_recovery_lag_legacy != 0,
                "StreamsGroupHeartbeatResponse.acceptable_recovery_lag_legacy",
                version,
            )?;
        }
        e.put_i32(self.task_offset_interval_ms);
        if version >= 1 {
            e.put_i64(self.acceptable_recovery_lag);
        }
        e.put_nullable_structs(self.status.as_deref(), Form::Compact, version)?;
        e.put_nullable_structs(self.active_tasks.as_deref(), Form::Compact, version)?;
        e.put_nullable_structs(self.standby_tasks.as_deref(), Form::Compact, version)?;
        e.put_nullable_structs(self.warmup_tasks.as_deref(), Form::Compact, version)?;
        if version >= 1 {
            e.put_bool(self.topology_description_required);
        } else {
            EncodeError::check_unset(
                self.topology_description_required,
                "StreamsGroupHeartbeatResponse.topology_description_required",
                version,
            )?;
        }
        e.put_i32(self.endpoint_information_epoch);
        e.put_nullable_structs(
            self.partitions_by_user_endpoint.as_deref(),
            Form::Compact,
            version,
        )?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `StreamsGroupHeartbeatResponse` in versions 0-1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EndpointToPartitions {
    /// Versions 0-1.
    pub user_endpoint: Endpoint,
    /// Versions 0-1.
    pub active_partitions: Vec<TopicPartition>,
    /// Versions 0-1.
    pub standby_partitions: Vec<TopicPartition>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for EndpointToPartitions {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            user_endpoint: Endpoint::decode(d, version)?,
            active_partitions: d.get_structs(Form::Compact, 3, version)?,
            standby_partitions: d.get_structs(Form::Compact, 3, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        self.user_endpoint.encode(e, version)?;
        e.put_structs(&self.active_partitions, Form::Compact, version)?;
        e.put_structs(&self.standby_partitions, Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `StreamsGroupHeartbeatResponse` in versions 0-1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Status {
    /// Versions 0-1.
    pub status_code: i8,
    /// Versions 0-1.
    pub status_detail: StringBytes,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for Status {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            status_code: d.get_i8()?,
            status_detail: d.get_string(Form::Compact)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_i8(self.status_code);
        e.put_string(&self.status_detail, Form::Compact)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `StreamsGroupHeartbeatResponse` in versions 0-1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicPartition {
    /// Versions 0-1; topic name.
    pub topic: StringBytes,
    /// Versions 0-1.
    pub partitions: Vec<i32>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for TopicPartition {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            topic: d.get_string(Form::Compact)?,
            partitions: d.get_array(Form::Compact, 4, Decoder::get_i32)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_string(&self.topic, Form::Compact)?;
        e.put_i32_array(&self.partitions, Form::Compact)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `StreamsGroupHeartbeatResponse` in versions 0-1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TaskIds {
    /// Versions 0-1.
    pub subtopology_id: StringBytes,
    /// Versions 0-1.
    pub partitions: Vec<i32>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for TaskIds {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            subtopology_id: d.get_string(Form::Compact)?,
            partitions: d.get_array(Form::Compact, 4, Decoder::get_i32)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_string(&self.subtopology_id, Form::Compact)?;
        e.put_i32_array(&self.partitions, Form::Compact)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `StreamsGroupHeartbeatResponse` in versions 0-1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Endpoint {
    /// Versions 0-1.
    pub host: StringBytes,
    /// Versions 0-1.
    pub port: u16,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for Endpoint {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            host: d.get_string(Form::Compact)?,
            port: d.get_u16()?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_string(&self.host, Form::Compact)?;
        e.put_u16(self.port);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

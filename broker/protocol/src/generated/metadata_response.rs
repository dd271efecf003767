//! `MetadataResponse`, versions 0-13, flexible from 9. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};
use broker_model::Uuid;

/// Message `MetadataResponse`, number 3.
#[derive(Clone, Debug, PartialEq)]
pub struct MetadataResponse {
    /// Versions 3-13, dropped elsewhere.
    pub throttle_time_ms: i32,
    /// Versions 0-13.
    pub brokers: Vec<MetadataResponseBroker>,
    /// Versions 2-13, may be null, default null, dropped elsewhere.
    pub cluster_id: Option<StringBytes>,
    /// Versions 1-13, default -1, dropped elsewhere; broker id.
    pub controller_id: i32,
    /// Versions 0-13.
    pub topics: Vec<MetadataResponseTopic>,
    /// Versions 8-10, default -2147483648.
    pub cluster_authorized_operations: i32,
    /// Versions 13, dropped elsewhere.
    pub error_code: i16,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for MetadataResponse {
    fn default() -> Self {
        Self {
            throttle_time_ms: 0,
            brokers: Vec::new(),
            cluster_id: None,
            controller_id: -1,
            topics: Vec::new(),
            cluster_authorized_operations: i32::MIN,
            error_code: 0,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl MetadataResponse {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=13;
}

impl Message for MetadataResponse {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("MetadataResponse", &Self::VERSIONS, version)?;
        let form = Form::since(version, 9);
        Ok(Self {
            throttle_time_ms: if version >= 3 { d.get_i32()? } else { 0 },
            brokers: d.get_structs(form, 10, version)?,
            cluster_id: if version >= 2 {
                d.get_nullable_string(form)?
            } else {
                None
            },
            controller_id: if version >= 1 { d.get_i32()? } else { -1 },
            topics: d.get_structs(form, 8, version)?,
            cluster_authorized_operations: if (8..=10).contains(&version) {
                d.get_i32()?
            } else {
                i32::MIN
            },
            error_code: if version >= 13 { d.get_i16()? } else { 0 },
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("MetadataResponse", &Self::VERSIONS, version)?;
        let form = Form::since(version, 9);
        if version >= 3 {
            e.put_i32(self.throttle_time_ms);
        }
        e.put_structs(&self.brokers, form, version)?;
        if version >= 2 {
            e.put_nullable_string(self.cluster_id.as_deref(), form)?;
        }
        if version >= 1 {
            e.put_i32(self.controller_id);
        }
        e.put_structs(&self.topics, form, version)?;
        if (8..=10).contains(&version) {
            e.put_i32(self.cluster_authorized_operations);
        } else {
            EncodeError::check_unset(
                self.cluster_authorized_operations != i32::MIN,
                "MetadataResponse.cluster_authorized_operations",
                version,
            )?;
        }
        if version >= 13 {
            e.put_i16(self.error_code);
        }
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `MetadataResponse` in versions 0-13.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MetadataResponseBroker {
    /// Versions 0-13; broker id.
    pub node_id: i32,
    /// Versions 0-13.
    pub host: StringBytes,
    /// Versions 0-13.
    pub port: i32,
    /// Versions 1-13, may be null, default null, dropped elsewhere.
    pub rack: Option<StringBytes>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for MetadataResponseBroker {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 9);
        Ok(Self {
            node_id: d.get_i32()?,
            host: d.get_string(form)?,
            port: d.get_i32()?,
            rack: if version >= 1 {
                d.get_nullable_string(form)?
            } else {
                None
            },
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 9);
        e.put_i32(self.node_id);
        e.put_string(&self.host, form)?;
        e.put_i32(self.port);
        if version >= 1 {
            e.put_nullable_string(self.rack.as_deref(), form)?;
        }
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `MetadataResponse` in versions 0-13.
#[derive(Clone, Debug, PartialEq)]
pub struct MetadataResponseTopic {
    /// Versions 0-13.
    pub error_code: i16,
    /// Versions 0-13, null in 12-13; topic name.
    pub name: Option<StringBytes>,
    /// Versions 10-13, dropped elsewhere.
    pub topic_id: Uuid,
    /// Versions 1-13, dropped elsewhere.
    pub is_internal: bool,
    /// Versions 0-13.
    pub partitions: Vec<MetadataResponsePartition>,
    /// Versions 8-13, default -2147483648.
    pub topic_authorized_operations: i32,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for MetadataResponseTopic {
    fn default() -> Self {
        Self {
            error_code: 0,
            name: Some(StringBytes::EMPTY),
            topic_id: Uuid::ZERO,
            is_internal: false,
            partitions: Vec::new(),
            topic_authorized_operations: i32::MIN,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl Message for MetadataResponseTopic {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 9);
        Ok(Self {
            error_code: d.get_i16()?,
            name: if version >= 12 {
                d.get_nullable_string(form)?
            } else {
                Some(d.get_string(form)?)
            },
            topic_id: if version >= 10 { d.get_uuid()? } else { Uuid::ZERO },
            is_internal: if version >= 1 { d.get_bool()? } else { false },
            partitions: d.get_structs(form, 18, version)?,
            topic_authorized_operations: if version >= 8 { d.get_i32()? } else { i32::MIN },
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 9);
        e.put_i16(self.error_code);
        if version < 12 && self.name.is_none() {
            return Err(EncodeError::null("MetadataResponseTopic.name", version));
        }
        e.put_nullable_string(self.name.as_deref(), form)?;
        if version >= 10 {
            e.put_uuid(self.topic_id);
        }
        if version >= 1 {
            e.put_bool(self.is_internal);
        }
        e.put_structs(&self.partitions, form, version)?;
        if version >= 8 {
            e.put_i32(self.topic_authorized_operations);
        } else {
            EncodeError::check_unset(
                self.topic_authorized_operations != i32::MIN,
                "MetadataResponseTopic.topic_authorized_operations",
                version,
            )?;
        }
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `MetadataResponse` in versions 0-13.
#[derive(Clone, Debug, PartialEq)]
pub struct MetadataResponsePartition {
    /// Versions 0-13.
    pub error_code: i16,
    /// Versions 0-13.
    pub partition_index: i32,
    /// Versions 0-13; broker id.
    pub leader_id: i32,
    /// Versions 7-13, default -1, dropped elsewhere.
    pub leader_epoch: i32,
    /// Versions 0-13; broker id.
    pub replica_nodes: Vec<i32>,
    /// Versions 0-13; broker id.
    pub isr_nodes: Vec<i32>,
    /// Versions 5-13, dropped elsewhere; broker id.
    pub offline_replicas: Vec<i32>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for MetadataResponsePartition {
    fn default() -> Self {
        Self {
            error_code: 0,
            partition_index: 0,
            leader_id: 0,
            leader_epoch: -1,
            replica_nodes: Vec::new(),
            isr_nodes: Vec::new(),
            offline_replicas: Vec::new(),
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl Message for MetadataResponsePartition {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 9);
        Ok(Self {
            error_code: d.get_i16()?,
            partition_index: d.get_i32()?,
            leader_id: d.get_i32()?,
            leader_epoch: if version >= 7 { d.get_i32()? } else { -1 },
            replica_nodes: d.get_array(form, 4, Decoder::get_i32)?,
            isr_nodes: d.get_array(form, 4, Decoder::get_i32)?,
            offline_replicas: if version >= 5 {
                d.get_array(form, 4, Decoder::get_i32)?
            } else {
                Vec::new()
            },
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 9);
        e.put_i16(self.error_code);
        e.put_i32(self.partition_index);
        e.put_i32(self.leader_id);
        if version >= 7 {
            e.put_i32(self.leader_epoch);
        }
        e.put_i32_array(&self.replica_nodes, form)?;
        e.put_i32_array(&self.isr_nodes, form)?;
        if version >= 5 {
            e.put_i32_array(&self.offline_replicas, form)?;
        }
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

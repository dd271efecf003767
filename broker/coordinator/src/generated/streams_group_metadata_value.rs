//! `StreamsGroupMetadataValue`, versions 0, flexible from 0. Written by `cargo codegen`.

use broker_codec::{
    DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes, Tagged,
};

/// Message `StreamsGroupMetadataValue`, number 17.
#[derive(Clone, Debug, PartialEq)]
pub struct StreamsGroupMetadataValue {
    /// Versions 0.
    pub epoch: i32,
    /// Versions 0.
    pub metadata_hash: i64,
    /// Versions 0, tag 0, default -1.
    pub validated_topology_epoch: i32,
    /// Versions 0, tag 1, may be null.
    pub last_assignment_configs: Option<Vec<LastAssignmentConfig>>,
    /// Versions 0, tag 2, default -1.
    pub stored_description_topology_epoch: i32,
    /// Versions 0, tag 3, default -1.
    pub failed_description_topology_epoch: i32,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for StreamsGroupMetadataValue {
    fn default() -> Self {
        Self {
            epoch: 0,
            metadata_hash: 0,
            validated_topology_epoch: -1,
            last_assignment_configs: Some(Vec::new()),
            stored_description_topology_epoch: -1,
            failed_description_topology_epoch: -1,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl StreamsGroupMetadataValue {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=0;
}

impl Message for StreamsGroupMetadataValue {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("StreamsGroupMetadataValue", &Self::VERSIONS, version)?;
        let mut m = Self {
            epoch: d.get_i32()?,
            metadata_hash: d.get_i64()?,
            validated_topology_epoch: -1,
            last_assignment_configs: Some(Vec::new()),
            stored_description_topology_epoch: -1,
            failed_description_topology_epoch: -1,
            unknown_tagged_fields: Vec::new(),
        };
        let count = d.get_tag_count()?;
        if count > 0 {
            m.unknown_tagged_fields = d.get_tagged_fields(count, &mut |tag, d| {
                match tag {
                    0 => m.validated_topology_epoch = d.get_i32()?,
                    1 => m.last_assignment_configs = d.get_nullable_structs(Form::Compact, 3, version)?,
                    2 => m.stored_description_topology_epoch = d.get_i32()?,
                    3 => m.failed_description_topology_epoch = d.get_i32()?,
                    _ => return Ok(Tagged::Unknown),
                }
                Ok(Tagged::Known)
            })?;
        }
        Ok(m)
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("StreamsGroupMetadataValue", &Self::VERSIONS, version)?;
        e.put_i32(self.epoch);
        e.put_i64(self.metadata_hash);
        let tag_0 = self.validated_topology_epoch != -1;
        let tag_1 = self
            .last_assignment_configs
            .as_ref()
            .is_none_or(|value| !value.is_empty());
        let tag_2 = self.stored_description_topology_epoch != -1;
        let tag_3 = self.failed_description_topology_epoch != -1;
        e.put_tag_count(
            usize::from(tag_0) + usize::from(tag_1) + usize::from(tag_2) + usize::from(tag_3),
            &self.unknown_tagged_fields,
        )?;
        if tag_0 {
            e.put_tagged(0, |e| {
                e.put_i32(self.validated_topology_epoch);
                Ok(())
            })?;
        }
        if tag_1 {
            e.put_tagged(1, |e| {
                e.put_nullable_structs(self.last_assignment_configs.as_deref(), Form::Compact, version)
            })?;
        }
        if tag_2 {
            e.put_tagged(2, |e| {
                e.put_i32(self.stored_description_topology_epoch);
                Ok(())
            })?;
        }
        if tag_3 {
            e.put_tagged(3, |e| {
                e.put_i32(self.failed_description_topology_epoch);
                Ok(())
            })?;
        }
        e.put_raw_tagged_fields(&self.unknown_tagged_fields)?;
        Ok(())
    }
}

/// Part of `StreamsGroupMetadataValue` in versions 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LastAssignmentConfig {
    /// Versions 0.
    pub key: StringBytes,
    /// Versions 0.
    pub value: StringBytes,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for LastAssignmentConfig {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            key: d.get_string(Form::Compact)?,
            value: d.get_string(Form::Compact)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_string(&self.key, Form::Compact)?;
        e.put_string(&self.value, Form::Compact)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

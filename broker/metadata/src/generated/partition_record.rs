//! `PartitionRecord`, versions 0-2, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, Tagged};
use broker_model::Uuid;

/// Message `PartitionRecord`, number 3.
#[derive(Clone, Debug, PartialEq)]
pub struct PartitionRecord {
    /// Versions 0-2, default -1.
    pub partition_id: i32,
    /// Versions 0-2.
    pub topic_id: Uuid,
    /// Versions 0-2; broker id.
    pub replicas: Vec<i32>,
    /// Versions 0-2.
    pub isr: Vec<i32>,
    /// Versions 0-2; broker id.
    pub removing_replicas: Vec<i32>,
    /// Versions 0-2; broker id.
    pub adding_replicas: Vec<i32>,
    /// Versions 0-2, default -1; broker id.
    pub leader: i32,
    /// Versions 0-2, tag 0.
    pub leader_recovery_state: i8,
    /// Versions 0-2, default -1.
    pub leader_epoch: i32,
    /// Versions 0-2, default -1.
    pub partition_epoch: i32,
    /// Versions 1-2.
    pub directories: Vec<Uuid>,
    /// Versions 2, tag 1, may be null, default null; broker id.
    pub eligible_leader_replicas: Option<Vec<i32>>,
    /// Versions 2, tag 2, may be null, default null; broker id.
    pub last_known_elr: Option<Vec<i32>>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for PartitionRecord {
    fn default() -> Self {
        Self {
            partition_id: -1,
            topic_id: Uuid::ZERO,
            replicas: Vec::new(),
            isr: Vec::new(),
            removing_replicas: Vec::new(),
            adding_replicas: Vec::new(),
            leader: -1,
            leader_recovery_state: 0,
            leader_epoch: -1,
            partition_epoch: -1,
            directories: Vec::new(),
            eligible_leader_replicas: None,
            last_known_elr: None,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl PartitionRecord {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=2;
}

impl Message for PartitionRecord {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("PartitionRecord", &Self::VERSIONS, version)?;
        let mut m = Self {
            partition_id: d.get_i32()?,
            topic_id: d.get_uuid()?,
            replicas: d.get_array(Form::Compact, 4, Decoder::get_i32)?,
            isr: d.get_array(Form::Compact, 4, Decoder::get_i32)?,
            removing_replicas: d.get_array(Form::Compact, 4, Decoder::get_i32)?,
            adding_replicas: d.get_array(Form::Compact, 4, Decoder::get_i32)?,
            leader: d.get_i32()?,
            leader_recovery_state: 0,
            leader_epoch: d.get_i32()?,
            partition_epoch: d.get_i32()?,
            directories: if version >= 1 {
                d.get_array(Form::Compact, 16, Decoder::get_uuid)?
            } else {
                Vec::new()
            },
            eligible_leader_replicas: None,
            last_known_elr: None,
            unknown_tagged_fields: Vec::new(),
        };
        let count = d.get_tag_count()?;
        if count > 0 {
            m.unknown_tagged_fields = d.get_tagged_fields(count, &mut |tag, d| {
                match tag {
                    0 => m.leader_recovery_state = d.get_i8()?,
                    1 if version >= 2 => {
                        m.eligible_leader_replicas =
                            d.get_nullable_array(Form::Compact, 4, Decoder::get_i32)?
                    }
                    2 if version >= 2 => {
                        m.last_known_elr = d.get_nullable_array(Form::Compact, 4, Decoder::get_i32)?
                    }
                    _ => return Ok(Tagged::Unknown),
                }
                Ok(Tagged::Known)
            })?;
        }
        Ok(m)
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("PartitionRecord", &Self::VERSIONS, version)?;
        e.put_i32(self.partition_id);
        e.put_uuid(self.topic_id);
        e.put_i32_array(&self.replicas, Form::Compact)?;
        e.put_i32_array(&self.isr, Form::Compact)?;
        e.put_i32_array(&self.removing_replicas, Form::Compact)?;
        e.put_i32_array(&self.adding_replicas, Form::Compact)?;
        e.put_i32(self.leader);
        e.put_i32(self.leader_epoch);
        e.put_i32(self.partition_epoch);
        if version >= 1 {
            e.put_uuid_array(&self.directories, Form::Compact)?;
        } else {
            EncodeError::check_unset(
                !self.directories.is_empty(),
                "PartitionRecord.directories",
                version,
            )?;
        }
        let tag_0 = self.leader_recovery_state != 0;
        let tag_1 = version >= 2 && self.eligible_leader_replicas.is_some();
        EncodeError::check_unset(
            version < 2 && self.eligible_leader_replicas.is_some(),
            "PartitionRecord.eligible_leader_replicas",
            version,
        )?;
        let tag_2 = version >= 2 && self.last_known_elr.is_some();
        EncodeError::check_unset(
            version < 2 && self.last_known_elr.is_some(),
            "PartitionRecord.last_known_elr",
            version,
        )?;
        e.put_tag_count(
            usize::from(tag_0) + usize::from(tag_1) + usize::from(tag_2),
            &self.unknown_tagged_fields,
        )?;
        if tag_0 {
            e.put_tagged(0, |e| {
                e.put_i8(self.leader_recovery_state);
                Ok(())
            })?;
        }
        if tag_1 {
            e.put_tagged(1, |e| {
                e.put_nullable_i32_array(self.eligible_leader_replicas.as_deref(), Form::Compact)
            })?;
        }
        if tag_2 {
            e.put_tagged(2, |e| {
                e.put_nullable_i32_array(self.last_known_elr.as_deref(), Form::Compact)
            })?;
        }
        e.put_raw_tagged_fields(&self.unknown_tagged_fields)?;
        Ok(())
    }
}

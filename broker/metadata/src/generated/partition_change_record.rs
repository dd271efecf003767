//! `PartitionChangeRecord`, versions 0-2, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, Tagged};
use broker_model::Uuid;

/// Message `PartitionChangeRecord`, number 5.
#[derive(Clone, Debug, PartialEq)]
pub struct PartitionChangeRecord {
    /// Versions 0-2, default -1.
    pub partition_id: i32,
    /// Versions 0-2.
    pub topic_id: Uuid,
    /// Versions 0-2, tag 0, may be null, default null; broker id.
    pub isr: Option<Vec<i32>>,
    /// Versions 0-2, tag 1, default -2; broker id.
    pub leader: i32,
    /// Versions 0-2, tag 2, may be null, default null; broker id.
    pub replicas: Option<Vec<i32>>,
    /// Versions 0-2, tag 3, may be null, default null; broker id.
    pub removing_replicas: Option<Vec<i32>>,
    /// Versions 0-2, tag 4, may be null, default null; broker id.
    pub adding_replicas: Option<Vec<i32>>,
    /// Versions 0-2, tag 5, default -1.
    pub leader_recovery_state: i8,
    /// Versions 1-2, tag 8, may be null, default null.
    pub directories: Option<Vec<Uuid>>,
    /// Versions 2, tag 6, may be null, default null; broker id.
    pub eligible_leader_replicas: Option<Vec<i32>>,
    /// Versions 2, tag 7, may be null, default null; broker id.
    pub last_known_elr: Option<Vec<i32>>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for PartitionChangeRecord {
    fn default() -> Self {
        Self {
            partition_id: -1,
            topic_id: Uuid::ZERO,
            isr: None,
            leader: -2,
            replicas: None,
            removing_replicas: None,
            adding_replicas: None,
            leader_recovery_state: -1,
            directories: None,
            eligible_leader_replicas: None,
            last_known_elr: None,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl PartitionChangeRecord {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=2;
}

impl Message for PartitionChangeRecord {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("PartitionChangeRecord", &Self::VERSIONS, version)?;
        let mut m = Self {
            partition_id: d.get_i32()?,
            topic_id: d.get_uuid()?,
            isr: None,
            leader: -2,
            replicas: None,
            removing_replicas: None,
            adding_replicas: None,
            leader_recovery_state: -1,
            directories: None,
            eligible_leader_replicas: None,
            last_known_elr: None,
            unknown_tagged_fields: Vec::new(),
        };
        let count = d.get_tag_count()?;
        if count > 0 {
            m.unknown_tagged_fields = d.get_tagged_fields(count, &mut |tag, d| {
                match tag {
                    0 => m.isr = d.get_nullable_array(Form::Compact, 4, Decoder::get_i32)?,
                    1 => m.leader = d.get_i32()?,
                    2 => m.replicas = d.get_nullable_array(Form::Compact, 4, Decoder::get_i32)?,
                    3 => m.removing_replicas = d.get_nullable_array(Form::Compact, 4, Decoder::get_i32)?,
                    4 => m.adding_replicas = d.get_nullable_array(Form::Compact, 4, Decoder::get_i32)?,
                    5 => m.leader_recovery_state = d.get_i8()?,
                    6 if version >= 2 => {
                        m.eligible_leader_replicas =
                            d.get_nullable_array(Form::Compact, 4, Decoder::get_i32)?
                    }
                    7 if version >= 2 => {
                        m.last_known_elr = d.get_nullable_array(Form::Compact, 4, Decoder::get_i32)?
                    }
                    8 if version >= 1 => {
                        m.directories = d.get_nullable_array(Form::Compact, 16, Decoder::get_uuid)?
                    }
                    _ => return Ok(Tagged::Unknown),
                }
                Ok(Tagged::Known)
            })?;
        }
        Ok(m)
    }

    #[expect(
        clippy::too_many_lines,
        reason = "a handful of lines a tagged field, and there are many"
    )]
    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("PartitionChangeRecord", &Self::VERSIONS, version)?;
        e.put_i32(self.partition_id);
        e.put_uuid(self.topic_id);
        let tag_0 = self.isr.is_some();
        let tag_1 = self.leader != -2;
        let tag_2 = self.replicas.is_some();
        let tag_3 = self.removing_replicas.is_some();
        let tag_4 = self.adding_replicas.is_some();
        let tag_5 = self.leader_recovery_state != -1;
        let tag_6 = version >= 2 && self.eligible_leader_replicas.is_some();
        EncodeError::check_unset(
            version < 2 && self.eligible_leader_replicas.is_some(),
            "PartitionChangeRecord.eligible_leader_replicas",
            version,
        )?;
        let tag_7 = version >= 2 && self.last_known_elr.is_some();
        EncodeError::check_unset(
            version < 2 && self.last_known_elr.is_some(),
            "PartitionChangeRecord.last_known_elr",
            version,
        )?;
        let tag_8 = version >= 1 && self.directories.is_some();
        EncodeError::check_unset(
            version < 1 && self.directories.is_some(),
            "PartitionChangeRecord.directories",
            version,
        )?;
        e.put_tag_count(
            usize::from(tag_0)
                + usize::from(tag_1)
                + usize::from(tag_2)
                + usize::from(tag_3)
                + usize::from(tag_4)
                + usize::from(tag_5)
                + usize::from(tag_6)
                + usize::from(tag_7)
                + usize::from(tag_8),
            &self.unknown_tagged_fields,
        )?;
        if tag_0 {
            e.put_tagged(0, |e| {
                e.put_nullable_i32_array(self.isr.as_deref(), Form::Compact)
            })?;
        }
        if tag_1 {
            e.put_tagged(1, |e| {
                e.put_i32(self.leader);
                Ok(())
            })?;
        }
        if tag_2 {
            e.put_tagged(2, |e| {
                e.put_nullable_i32_array(self.replicas.as_deref(), Form::Compact)
            })?;
        }
        if tag_3 {
            e.put_tagged(3, |e| {
                e.put_nullable_i32_array(self.removing_replicas.as_deref(), Form::Compact)
            })?;
        }
        if tag_4 {
            e.put_tagged(4, |e| {
                e.put_nullable_i32_array(self.adding_replicas.as_deref(), Form::Compact)
            })?;
        }
        if tag_5 {
            e.put_tagged(5, |e| {
                e.put_i8(self.leader_recovery_state);
                Ok(())
            })?;
        }
        if tag_6 {
            e.put_tagged(6, |e| {
                e.put_nullable_i32_array(self.eligible_leader_replicas.as_deref(), Form::Compact)
            })?;
        }
        if tag_7 {
            e.put_tagged(7, |e| {
                e.put_nullable_i32_array(self.last_known_elr.as_deref(), Form::Compact)
            })?;
        }
        if tag_8 {
            e.put_tagged(8, |e| {
                e.put_nullable_uuid_array(self.directories.as_deref(), Form::Compact)
            })?;
        }
        e.put_raw_tagged_fields(&self.unknown_tagged_fields)?;
        Ok(())
    }
}

//! `ShareSnapshotKey`, versions 0, never flexible. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};
use broker_model::Uuid;

/// Message `ShareSnapshotKey`, number 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ShareSnapshotKey {
    /// Versions 0.
    pub group_id: StringBytes,
    /// Versions 0.
    pub topic_id: Uuid,
    /// Versions 0.
    pub partition: i32,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl ShareSnapshotKey {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=0;
}

impl Message for ShareSnapshotKey {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("ShareSnapshotKey", &Self::VERSIONS, version)?;
        Ok(Self {
            group_id: d.get_string(Form::Plain)?,
            topic_id: d.get_uuid()?,
            partition: d.get_i32()?,
            unknown_tagged_fields: Vec::new(),
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("ShareSnapshotKey", &Self::VERSIONS, version)?;
        e.put_string(&self.group_id, Form::Plain)?;
        e.put_uuid(self.topic_id);
        e.put_i32(self.partition);
        Ok(())
    }
}

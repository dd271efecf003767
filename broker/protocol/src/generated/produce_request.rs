//! `ProduceRequest`, versions 3-13, flexible from 9. Written by `cargo codegen`.

use broker_codec::{
    DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, Records, StringBytes,
};
use broker_model::Uuid;

/// Message `ProduceRequest`, number 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProduceRequest {
    /// Versions 3-13, may be null, default null; transactional id.
    pub transactional_id: Option<StringBytes>,
    /// Versions 3-13.
    pub acks: i16,
    /// Versions 3-13.
    pub timeout_ms: i32,
    /// Versions 3-13.
    pub topic_data: Vec<TopicProduceData>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl ProduceRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 3..=13;
}

impl Message for ProduceRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("ProduceRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 9);
        Ok(Self {
            transactional_id: d.get_nullable_string(form)?,
            acks: d.get_i16()?,
            timeout_ms: d.get_i32()?,
            topic_data: d.get_structs(form, 3, version)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("ProduceRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 9);
        e.put_nullable_string(self.transactional_id.as_deref(), form)?;
        e.put_i16(self.acks);
        e.put_i32(self.timeout_ms);
        e.put_structs(&self.topic_data, form, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `ProduceRequest` in versions 3-13.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicProduceData {
    /// Versions 3-12, dropped elsewhere; topic name.
    pub name: StringBytes,
    /// Versions 13, dropped elsewhere.
    pub topic_id: Uuid,
    /// Versions 3-13.
    pub partition_data: Vec<PartitionProduceData>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for TopicProduceData {
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
            partition_data: d.get_structs(form, 6, version)?,
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
        e.put_structs(&self.partition_data, form, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `ProduceRequest` in versions 3-13.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PartitionProduceData {
    /// Versions 3-13.
    pub index: i32,
    /// Versions 3-13, may be null, default null.
    pub records: Option<Records>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for PartitionProduceData {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 9);
        Ok(Self {
            index: d.get_i32()?,
            records: d.get_nullable_records(form)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 9);
        e.put_i32(self.index);
        e.put_nullable_records(self.records.as_ref(), form)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

impl crate::Request for ProduceRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::Produce;
    type Response = crate::generated::produce_response::ProduceResponse;
}

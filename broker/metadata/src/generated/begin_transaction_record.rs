//! `BeginTransactionRecord`, versions 0, flexible from 0. Written by `cargo codegen`.

use broker_codec::{
    DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes, Tagged,
};

/// Message `BeginTransactionRecord`, number 23.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BeginTransactionRecord {
    /// Versions 0, tag 0, may be null, default null.
    pub name: Option<StringBytes>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl BeginTransactionRecord {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=0;
}

impl Message for BeginTransactionRecord {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("BeginTransactionRecord", &Self::VERSIONS, version)?;
        let mut m = Self {
            name: None,
            unknown_tagged_fields: Vec::new(),
        };
        let count = d.get_tag_count()?;
        if count > 0 {
            m.unknown_tagged_fields = d.get_tagged_fields(count, &mut |tag, d| {
                match tag {
                    0 => m.name = d.get_nullable_string(Form::Compact)?,
                    _ => return Ok(Tagged::Unknown),
                }
                Ok(Tagged::Known)
            })?;
        }
        Ok(m)
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("BeginTransactionRecord", &Self::VERSIONS, version)?;
        let tag_0 = self.name.is_some();
        e.put_tag_count(usize::from(tag_0), &self.unknown_tagged_fields)?;
        if tag_0 {
            e.put_tagged(0, |e| e.put_nullable_string(self.name.as_deref(), Form::Compact))?;
        }
        e.put_raw_tagged_fields(&self.unknown_tagged_fields)?;
        Ok(())
    }
}

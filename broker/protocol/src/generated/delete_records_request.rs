//! `DeleteRecordsRequest`, versions 0-2, flexible from 2. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `DeleteRecordsRequest`, number 21.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeleteRecordsRequest {
    /// Versions 0-2.
    pub topics: Vec<DeleteRecordsTopic>,
    /// Versions 0-2.
    pub timeout_ms: i32,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl DeleteRecordsRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=2;
}

impl Message for DeleteRecordsRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("DeleteRecordsRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 2);
        Ok(Self {
            topics: d.get_structs(form, 3, version)?,
            timeout_ms: d.get_i32()?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("DeleteRecordsRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 2);
        e.put_structs(&self.topics, form, version)?;
        e.put_i32(self.timeout_ms);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `DeleteRecordsRequest` in versions 0-2.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeleteRecordsTopic {
    /// Versions 0-2; topic name.
    pub name: StringBytes,
    /// Versions 0-2.
    pub partitions: Vec<DeleteRecordsPartition>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for DeleteRecordsTopic {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 2);
        Ok(Self {
            name: d.get_string(form)?,
            partitions: d.get_structs(form, 12, version)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 2);
        e.put_string(&self.name, form)?;
        e.put_structs(&self.partitions, form, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `DeleteRecordsRequest` in versions 0-2.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeleteRecordsPartition {
    /// Versions 0-2.
    pub partition_index: i32,
    /// Versions 0-2.
    pub offset: i64,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for DeleteRecordsPartition {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 2);
        Ok(Self {
            partition_index: d.get_i32()?,
            offset: d.get_i64()?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 2);
        e.put_i32(self.partition_index);
        e.put_i64(self.offset);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

impl crate::Request for DeleteRecordsRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::DeleteRecords;
    type Response = crate::generated::delete_records_response::DeleteRecordsResponse;
}

//! `WriteTxnMarkersRequest`, versions 1-2, flexible from 1. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `WriteTxnMarkersRequest`, number 27.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WriteTxnMarkersRequest {
    /// Versions 1-2.
    pub markers: Vec<WritableTxnMarker>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl WriteTxnMarkersRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 1..=2;
}

impl Message for WriteTxnMarkersRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("WriteTxnMarkersRequest", &Self::VERSIONS, version)?;
        Ok(Self {
            markers: d.get_structs(Form::Compact, 17, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("WriteTxnMarkersRequest", &Self::VERSIONS, version)?;
        e.put_structs(&self.markers, Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `WriteTxnMarkersRequest` in versions 1-2.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WritableTxnMarker {
    /// Versions 1-2; producer id.
    pub producer_id: i64,
    /// Versions 1-2.
    pub producer_epoch: i16,
    /// Versions 1-2.
    pub transaction_result: bool,
    /// Versions 1-2.
    pub topics: Vec<WritableTxnMarkerTopic>,
    /// Versions 1-2.
    pub coordinator_epoch: i32,
    /// Versions 2, dropped elsewhere.
    pub transaction_version: i8,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for WritableTxnMarker {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            producer_id: d.get_i64()?,
            producer_epoch: d.get_i16()?,
            transaction_result: d.get_bool()?,
            topics: d.get_structs(Form::Compact, 3, version)?,
            coordinator_epoch: d.get_i32()?,
            transaction_version: if version >= 2 { d.get_i8()? } else { 0 },
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.put_i64(self.producer_id);
        e.put_i16(self.producer_epoch);
        e.put_bool(self.transaction_result);
        e.put_structs(&self.topics, Form::Compact, version)?;
        e.put_i32(self.coordinator_epoch);
        if version >= 2 {
            e.put_i8(self.transaction_version);
        }
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `WriteTxnMarkersRequest` in versions 1-2.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WritableTxnMarkerTopic {
    /// Versions 1-2; topic name.
    pub name: StringBytes,
    /// Versions 1-2.
    pub partition_indexes: Vec<i32>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for WritableTxnMarkerTopic {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            name: d.get_string(Form::Compact)?,
            partition_indexes: d.get_array(Form::Compact, 4, Decoder::get_i32)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_string(&self.name, Form::Compact)?;
        e.put_i32_array(&self.partition_indexes, Form::Compact)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

impl crate::Request for WriteTxnMarkersRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::WriteTxnMarkers;
    type Response = crate::generated::write_txn_markers_response::WriteTxnMarkersResponse;
}

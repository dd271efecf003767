//! `FindCoordinatorRequest`, versions 0-6, flexible from 3. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `FindCoordinatorRequest`, number 10.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FindCoordinatorRequest {
    /// Versions 0-3.
    pub key: StringBytes,
    /// Versions 1-6.
    pub key_type: i8,
    /// Versions 4-6.
    pub coordinator_keys: Vec<StringBytes>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl FindCoordinatorRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=6;
}

impl Message for FindCoordinatorRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("FindCoordinatorRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 3);
        Ok(Self {
            key: if version <= 3 {
                d.get_string(form)?
            } else {
                StringBytes::EMPTY
            },
            key_type: if version >= 1 { d.get_i8()? } else { 0 },
            coordinator_keys: if version >= 4 {
                d.get_array(form, 1, |d| d.get_string(form))?
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
        EncodeError::check_version("FindCoordinatorRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 3);
        if version <= 3 {
            e.put_string(&self.key, form)?;
        } else {
            EncodeError::check_unset(!self.key.is_empty(), "FindCoordinatorRequest.key", version)?;
        }
        if version >= 1 {
            e.put_i8(self.key_type);
        } else {
            EncodeError::check_unset(self.key_type != 0, "FindCoordinatorRequest.key_type", version)?;
        }
        if version >= 4 {
            e.put_string_array(&self.coordinator_keys, form)?;
        } else {
            EncodeError::check_unset(
                !self.coordinator_keys.is_empty(),
                "FindCoordinatorRequest.coordinator_keys",
                version,
            )?;
        }
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

impl crate::Request for FindCoordinatorRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::FindCoordinator;
    type Response = crate::generated::find_coordinator_response::FindCoordinatorResponse;
}

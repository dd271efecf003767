//! `FindCoordinatorResponse`, versions 0-6, flexible from 3. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `FindCoordinatorResponse`, number 10.
#[derive(Clone, Debug, PartialEq)]
pub struct FindCoordinatorResponse {
    /// Versions 1-6, dropped elsewhere.
    pub throttle_time_ms: i32,
    /// Versions 0-3.
    pub error_code: i16,
    /// Versions 1-3, may be null, dropped elsewhere.
    pub error_message: Option<StringBytes>,
    /// Versions 0-3; broker id.
    pub node_id: i32,
    /// Versions 0-3.
    pub host: StringBytes,
    /// Versions 0-3.
    pub port: i32,
    /// Versions 4-6.
    pub coordinators: Vec<Coordinator>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for FindCoordinatorResponse {
    fn default() -> Self {
        Self {
            throttle_time_ms: 0,
            error_code: 0,
            error_message: Some(StringBytes::EMPTY),
            node_id: 0,
            host: StringBytes::EMPTY,
            port: 0,
            coordinators: Vec::new(),
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl FindCoordinatorResponse {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=6;
}

impl Message for FindCoordinatorResponse {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("FindCoordinatorResponse", &Self::VERSIONS, version)?;
        let form = Form::since(version, 3);
        Ok(Self {
            throttle_time_ms: if version >= 1 { d.get_i32()? } else { 0 },
            error_code: if version <= 3 { d.get_i16()? } else { 0 },
            error_message: if (1..=3).contains(&version) {
                d.get_nullable_string(form)?
            } else {
                Some(StringBytes::EMPTY)
            },
            node_id: if version <= 3 { d.get_i32()? } else { 0 },
            host: if version <= 3 {
                d.get_string(form)?
            } else {
                StringBytes::EMPTY
            },
            port: if version <= 3 { d.get_i32()? } else { 0 },
            coordinators: if version >= 4 {
                d.get_structs(form, 14, version)?
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
        EncodeError::check_version("FindCoordinatorResponse", &Self::VERSIONS, version)?;
        let form = Form::since(version, 3);
        if version >= 1 {
            e.put_i32(self.throttle_time_ms);
        }
        if version <= 3 {
            e.put_i16(self.error_code);
        } else {
            EncodeError::check_unset(
                self.error_code != 0,
                "FindCoordinatorResponse.error_code",
                version,
            )?;
        }
        if (1..=3).contains(&version) {
            e.put_nullable_string(self.error_message.as_deref(), form)?;
        }
        if version <= 3 {
            e.put_i32(self.node_id);
        } else {
            EncodeError::check_unset(self.node_id != 0, "FindCoordinatorResponse.node_id", version)?;
        }
        if version <= 3 {
            e.put_string(&self.host, form)?;
        } else {
            EncodeError::check_unset(!self.host.is_empty(), "FindCoordinatorResponse.host", version)?;
        }
        if version <= 3 {
            e.put_i32(self.port);
        } else {
            EncodeError::check_unset(self.port != 0, "FindCoordinatorResponse.port", version)?;
        }
        if version >= 4 {
            e.put_structs(&self.coordinators, form, version)?;
        } else {
            EncodeError::check_unset(
                !self.coordinators.is_empty(),
                "FindCoordinatorResponse.coordinators",
                version,
            )?;
        }
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `FindCoordinatorResponse` in versions 4-6.
#[derive(Clone, Debug, PartialEq)]
pub struct Coordinator {
    /// Versions 4-6.
    pub key: StringBytes,
    /// Versions 4-6; broker id.
    pub node_id: i32,
    /// Versions 4-6.
    pub host: StringBytes,
    /// Versions 4-6.
    pub port: i32,
    /// Versions 4-6.
    pub error_code: i16,
    /// Versions 4-6, may be null, dropped elsewhere.
    pub error_message: Option<StringBytes>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for Coordinator {
    fn default() -> Self {
        Self {
            key: StringBytes::EMPTY,
            node_id: 0,
            host: StringBytes::EMPTY,
            port: 0,
            error_code: 0,
            error_message: Some(StringBytes::EMPTY),
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl Message for Coordinator {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            key: d.get_string(Form::Compact)?,
            node_id: d.get_i32()?,
            host: d.get_string(Form::Compact)?,
            port: d.get_i32()?,
            error_code: d.get_i16()?,
            error_message: d.get_nullable_string(Form::Compact)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_string(&self.key, Form::Compact)?;
        e.put_i32(self.node_id);
        e.put_string(&self.host, Form::Compact)?;
        e.put_i32(self.port);
        e.put_i16(self.error_code);
        e.put_nullable_string(self.error_message.as_deref(), Form::Compact)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

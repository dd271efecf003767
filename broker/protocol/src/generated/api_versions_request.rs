//! `ApiVersionsRequest`, versions 0-5, flexible from 3. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `ApiVersionsRequest`, number 18.
#[derive(Clone, Debug, PartialEq)]
pub struct ApiVersionsRequest {
    /// Versions 3-5, dropped elsewhere.
    pub client_software_name: StringBytes,
    /// Versions 3-5, dropped elsewhere.
    pub client_software_version: StringBytes,
    /// Versions 5, may be null, default null, dropped elsewhere.
    pub cluster_id: Option<StringBytes>,
    /// Versions 5, default -1, dropped elsewhere.
    pub node_id: i32,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for ApiVersionsRequest {
    fn default() -> Self {
        Self {
            client_software_name: StringBytes::EMPTY,
            client_software_version: StringBytes::EMPTY,
            cluster_id: None,
            node_id: -1,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl ApiVersionsRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=5;
}

impl Message for ApiVersionsRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("ApiVersionsRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 3);
        Ok(Self {
            client_software_name: if version >= 3 {
                d.get_string(form)?
            } else {
                StringBytes::EMPTY
            },
            client_software_version: if version >= 3 {
                d.get_string(form)?
            } else {
                StringBytes::EMPTY
            },
            cluster_id: if version >= 5 {
                d.get_nullable_string(form)?
            } else {
                None
            },
            node_id: if version >= 5 { d.get_i32()? } else { -1 },
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("ApiVersionsRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 3);
        if version >= 3 {
            e.put_string(&self.client_software_name, form)?;
        }
        if version >= 3 {
            e.put_string(&self.client_software_version, form)?;
        }
        if version >= 5 {
            e.put_nullable_string(self.cluster_id.as_deref(), form)?;
        }
        if version >= 5 {
            e.put_i32(self.node_id);
        }
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

impl crate::Request for ApiVersionsRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::ApiVersions;
    type Response = crate::generated::api_versions_response::ApiVersionsResponse;
}

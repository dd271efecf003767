//! `OffsetFetchRequest`, versions 1-10, flexible from 6. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};
use broker_model::Uuid;

/// Message `OffsetFetchRequest`, number 9.
#[derive(Clone, Debug, PartialEq)]
pub struct OffsetFetchRequest {
    /// Versions 1-7; group id.
    pub group_id: StringBytes,
    /// Versions 1-7, null in 2-7.
    pub topics: Option<Vec<OffsetFetchRequestTopic>>,
    /// Versions 8-10.
    pub groups: Vec<OffsetFetchRequestGroup>,
    /// Versions 7-10.
    pub require_stable: bool,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for OffsetFetchRequest {
    fn default() -> Self {
        Self {
            group_id: StringBytes::EMPTY,
            topics: Some(Vec::new()),
            groups: Vec::new(),
            require_stable: false,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl OffsetFetchRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 1..=10;
}

impl Message for OffsetFetchRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("OffsetFetchRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 6);
        Ok(Self {
            group_id: if version <= 7 {
                d.get_string(form)?
            } else {
                StringBytes::EMPTY
            },
            topics: if version <= 7 {
                if version >= 2 {
                    d.get_nullable_structs(form, 3, version)?
                } else {
                    Some(d.get_structs(form, 3, version)?)
                }
            } else {
                Some(Vec::new())
            },
            groups: if version >= 8 {
                d.get_structs(form, 3, version)?
            } else {
                Vec::new()
            },
            require_stable: if version >= 7 { d.get_bool()? } else { false },
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("OffsetFetchRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 6);
        if version <= 7 {
            e.put_string(&self.group_id, form)?;
        } else {
            EncodeError::check_unset(!self.group_id.is_empty(), "OffsetFetchRequest.group_id", version)?;
        }
        if version <= 7 {
            if version < 2 && self.topics.is_none() {
                return Err(EncodeError::null("OffsetFetchRequest.topics", version));
            }
            e.put_nullable_structs(self.topics.as_deref(), form, version)?;
        } else {
            EncodeError::check_unset(
                self.topics.as_ref().is_none_or(|value| !value.is_empty()),
                "OffsetFetchRequest.topics",
                version,
            )?;
        }
        if version >= 8 {
            e.put_structs(&self.groups, form, version)?;
        } else {
            EncodeError::check_unset(!self.groups.is_empty(), "OffsetFetchRequest.groups", version)?;
        }
        if version >= 7 {
            e.put_bool(self.require_stable);
        } else {
            EncodeError::check_unset(self.require_stable, "OffsetFetchRequest.require_stable", version)?;
        }
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `OffsetFetchRequest` in versions 1-7.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetFetchRequestTopic {
    /// Versions 1-7; topic name.
    pub name: StringBytes,
    /// Versions 1-7.
    pub partition_indexes: Vec<i32>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for OffsetFetchRequestTopic {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 6);
        Ok(Self {
            name: d.get_string(form)?,
            partition_indexes: d.get_array(form, 4, Decoder::get_i32)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 6);
        e.put_string(&self.name, form)?;
        e.put_i32_array(&self.partition_indexes, form)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `OffsetFetchRequest` in versions 8-10.
#[derive(Clone, Debug, PartialEq)]
pub struct OffsetFetchRequestGroup {
    /// Versions 8-10; group id.
    pub group_id: StringBytes,
    /// Versions 9-10, may be null, default null, dropped elsewhere.
    pub member_id: Option<StringBytes>,
    /// Versions 9-10, default -1, dropped elsewhere.
    pub member_epoch: i32,
    /// Versions 8-10, may be null.
    pub topics: Option<Vec<OffsetFetchRequestTopics>>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for OffsetFetchRequestGroup {
    fn default() -> Self {
        Self {
            group_id: StringBytes::EMPTY,
            member_id: None,
            member_epoch: -1,
            topics: Some(Vec::new()),
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl Message for OffsetFetchRequestGroup {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            group_id: d.get_string(Form::Compact)?,
            member_id: if version >= 9 {
                d.get_nullable_string(Form::Compact)?
            } else {
                None
            },
            member_epoch: if version >= 9 { d.get_i32()? } else { -1 },
            topics: d.get_nullable_structs(Form::Compact, 3, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.put_string(&self.group_id, Form::Compact)?;
        if version >= 9 {
            e.put_nullable_string(self.member_id.as_deref(), Form::Compact)?;
        }
        if version >= 9 {
            e.put_i32(self.member_epoch);
        }
        e.put_nullable_structs(self.topics.as_deref(), Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `OffsetFetchRequest` in versions 8-10.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetFetchRequestTopics {
    /// Versions 8-9, dropped elsewhere; topic name.
    pub name: StringBytes,
    /// Versions 10, dropped elsewhere.
    pub topic_id: Uuid,
    /// Versions 8-10.
    pub partition_indexes: Vec<i32>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for OffsetFetchRequestTopics {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            name: if version <= 9 {
                d.get_string(Form::Compact)?
            } else {
                StringBytes::EMPTY
            },
            topic_id: if version >= 10 { d.get_uuid()? } else { Uuid::ZERO },
            partition_indexes: d.get_array(Form::Compact, 4, Decoder::get_i32)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        if version <= 9 {
            e.put_string(&self.name, Form::Compact)?;
        }
        if version >= 10 {
            e.put_uuid(self.topic_id);
        }
        e.put_i32_array(&self.partition_indexes, Form::Compact)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

impl crate::Request for OffsetFetchRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::OffsetFetch;
    type Response = crate::generated::offset_fetch_response::OffsetFetchResponse;
}

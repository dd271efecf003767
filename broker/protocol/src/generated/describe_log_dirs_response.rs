//! `DescribeLogDirsResponse`, versions 1-5, flexible from 2. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `DescribeLogDirsResponse`, number 35.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeLogDirsResponse {
    /// Versions 1-5.
    pub throttle_time_ms: i32,
    /// Versions 3-5, dropped elsewhere.
    pub error_code: i16,
    /// Versions 1-5.
    pub results: Vec<DescribeLogDirsResult>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl DescribeLogDirsResponse {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 1..=5;
}

impl Message for DescribeLogDirsResponse {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("DescribeLogDirsResponse", &Self::VERSIONS, version)?;
        let form = Form::since(version, 2);
        Ok(Self {
            throttle_time_ms: d.get_i32()?,
            error_code: if version >= 3 { d.get_i16()? } else { 0 },
            results: d.get_structs(form, 5, version)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("DescribeLogDirsResponse", &Self::VERSIONS, version)?;
        let form = Form::since(version, 2);
        e.put_i32(self.throttle_time_ms);
        if version >= 3 {
            e.put_i16(self.error_code);
        }
        e.put_structs(&self.results, form, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `DescribeLogDirsResponse` in versions 1-5.
#[derive(Clone, Debug, PartialEq)]
pub struct DescribeLogDirsResult {
    /// Versions 1-5.
    pub error_code: i16,
    /// Versions 1-5.
    pub log_dir: StringBytes,
    /// Versions 1-5.
    pub topics: Vec<DescribeLogDirsTopic>,
    /// Versions 4-5, default -1, dropped elsewhere.
    pub total_bytes: i64,
    /// Versions 4-5, default -1, dropped elsewhere.
    pub usable_bytes: i64,
    /// Versions 5, dropped elsewhere.
    pub is_cordoned: bool,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for DescribeLogDirsResult {
    fn default() -> Self {
        Self {
            error_code: 0,
            log_dir: StringBytes::EMPTY,
            topics: Vec::new(),
            total_bytes: -1,
            usable_bytes: -1,
            is_cordoned: false,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl Message for DescribeLogDirsResult {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 2);
        Ok(Self {
            error_code: d.get_i16()?,
            log_dir: d.get_string(form)?,
            topics: d.get_structs(form, 3, version)?,
            total_bytes: if version >= 4 { d.get_i64()? } else { -1 },
            usable_bytes: if version >= 4 { d.get_i64()? } else { -1 },
            is_cordoned: if version >= 5 { d.get_bool()? } else { false },
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 2);
        e.put_i16(self.error_code);
        e.put_string(&self.log_dir, form)?;
        e.put_structs(&self.topics, form, version)?;
        if version >= 4 {
            e.put_i64(self.total_bytes);
        }
        if version >= 4 {
            e.put_i64(self.usable_bytes);
        }
        if version >= 5 {
            e.put_bool(self.is_cordoned);
        }
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `DescribeLogDirsResponse` in versions 1-5.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeLogDirsTopic {
    /// Versions 1-5; topic name.
    pub name: StringBytes,
    /// Versions 1-5.
    pub partitions: Vec<DescribeLogDirsPartition>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for DescribeLogDirsTopic {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 2);
        Ok(Self {
            name: d.get_string(form)?,
            partitions: d.get_structs(form, 21, version)?,
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

/// Part of `DescribeLogDirsResponse` in versions 1-5.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeLogDirsPartition {
    /// Versions 1-5.
    pub partition_index: i32,
    /// Versions 1-5.
    pub partition_size: i64,
    /// Versions 1-5.
    pub offset_lag: i64,
    /// Versions 1-5.
    pub is_future_key: bool,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for DescribeLogDirsPartition {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 2);
        Ok(Self {
            partition_index: d.get_i32()?,
            partition_size: d.get_i64()?,
            offset_lag: d.get_i64()?,
            is_future_key: d.get_bool()?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 2);
        e.put_i32(self.partition_index);
        e.put_i64(self.partition_size);
        e.put_i64(self.offset_lag);
        e.put_bool(self.is_future_key);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

//! `DescribeClusterRequest`, versions 0-2, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField};

/// Message `DescribeClusterRequest`, number 60.
#[derive(Clone, Debug, PartialEq)]
pub struct DescribeClusterRequest {
    /// Versions 0-2.
    pub include_cluster_authorized_operations: bool,
    /// Versions 1-2, default 1.
    pub endpoint_type: i8,
    /// Versions 2.
    pub include_fenced_brokers: bool,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for DescribeClusterRequest {
    fn default() -> Self {
        Self {
            include_cluster_authorized_operations: false,
            endpoint_type: 1,
            include_fenced_brokers: false,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl DescribeClusterRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=2;
}

impl Message for DescribeClusterRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("DescribeClusterRequest", &Self::VERSIONS, version)?;
        Ok(Self {
            include_cluster_authorized_operations: d.get_bool()?,
            endpoint_type: if version >= 1 { d.get_i8()? } else { 1 },
            include_fenced_brokers: if version >= 2 { d.get_bool()? } else { false },
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("DescribeClusterRequest", &Self::VERSIONS, version)?;
        e.put_bool(self.include_cluster_authorized_operations);
        if version >= 1 {
            e.put_i8(self.endpoint_type);
        } else {
            EncodeError::check_unset(
                self.endpoint_type != 1,
                "DescribeClusterRequest.endpoint_type",
                version,
            )?;
        }
        if version >= 2 {
            e.put_bool(self.include_fenced_brokers);
        } else {
            EncodeError::check_unset(
                self.include_fenced_brokers,
                "DescribeClusterRequest.include_fenced_brokers",
                version,
            )?;
        }
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

impl crate::Request for DescribeClusterRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::DescribeCluster;
    type Response = crate::generated::describe_cluster_response::DescribeClusterResponse;
}

//! ApiVersions (18): which APIs, versions and features this broker has (KIP-35, KIP-511, KIP-584, KIP-1242).
//!
//! The APIs are the rows of `dispatch` for the kind of listener. Names and versions that a client gives of itself are checked as Kafka does,
//! because they end up in metrics and logs. A client of version 5 says which cluster and node it believes to talk
//! to, and is told when it is wrong.

use std::sync::Arc;

use broker_codec::StringBytes;
use broker_metadata::{Feature, KRAFT_VERSION_LEVEL, MetadataImage, SUPPORTED_FEATURES, names};
use broker_protocol::api_versions_response::{ApiVersion, FinalizedFeatureKey, SupportedFeatureKey};
use broker_protocol::messages::{ApiVersionsRequest, ApiVersionsResponse};
use broker_protocol::{ApiKey, ErrorCode};

use crate::broker::Broker;
use crate::dispatch::{self, Answer, HandlerResult};
use crate::network::{ListenerKind, RequestContext};

/// First version in which the client names itself (KIP-511).
const FIRST_WITH_SOFTWARE: i16 = 3;
/// First version in which the client names cluster and node (KIP-1242).
const FIRST_WITH_CLUSTER: i16 = 5;
/// The wire value for "no node".
const NO_NODE: i32 = -1;

/// Answers one request.
///
/// # Errors
/// None.
pub async fn handle(
    broker: &Arc<Broker>,
    context: &RequestContext,
    request: ApiVersionsRequest,
) -> HandlerResult<ApiVersionsResponse> {
    let verdict = check(broker, context.api_version, &request);
    Ok(Answer::Respond(match verdict {
        ErrorCode::None => everything(&broker.image.load(), context.connection.kind),
        error => ApiVersionsResponse {
            error_code: error.code(),
            ..ApiVersionsResponse::default()
        },
    }))
}

/// What a client gets that asked in a version above ours: the error, and the versions that it can ask in.
pub fn unsupported_version() -> ApiVersionsResponse {
    ApiVersionsResponse {
        error_code: ErrorCode::UnsupportedVersion.code(),
        api_keys: dispatch::table(ListenerKind::Client)
            .iter()
            .filter(|row| row.api == ApiKey::ApiVersions)
            .map(api_version)
            .collect(),
        ..ApiVersionsResponse::default()
    }
}

fn check(broker: &Broker, version: i16, request: &ApiVersionsRequest) -> ErrorCode {
    if version >= FIRST_WITH_SOFTWARE
        && !(is_software_word(&request.client_software_name)
            && is_software_word(&request.client_software_version))
    {
        return ErrorCode::InvalidRequest;
    }
    if version < FIRST_WITH_CLUSTER {
        return ErrorCode::None;
    }
    match (&request.cluster_id, request.node_id) {
        (None, NO_NODE) => ErrorCode::None,
        (None, _) | (Some(_), NO_NODE) => ErrorCode::InvalidRequest,
        (Some(cluster), node) if *cluster == broker.cluster_id.as_str() && node == broker.node_id.value() => {
            ErrorCode::None
        }
        (Some(_), _) => ErrorCode::RebootstrapRequired,
    }
}

/// Letters and digits at both ends, dots and dashes between them (KIP-511).
fn is_software_word(text: &str) -> bool {
    let bytes = text.as_bytes();
    let ends_well = |end: Option<&u8>| end.is_some_and(u8::is_ascii_alphanumeric);
    ends_well(bytes.first())
        && ends_well(bytes.last())
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'))
}

fn everything(image: &MetadataImage, kind: ListenerKind) -> ApiVersionsResponse {
    ApiVersionsResponse {
        api_keys: dispatch::table(kind).iter().map(api_version).collect(),
        supported_features: supported_features(),
        finalized_features_epoch: image.provenance.last_contained_offset.value(),
        finalized_features: finalized_features(image),
        ..ApiVersionsResponse::default()
    }
}

fn api_version(row: &dispatch::ApiRow) -> ApiVersion {
    let versions = row.advertised_versions();
    ApiVersion {
        api_key: row.api.code(),
        min_version: *versions.start(),
        max_version: *versions.end(),
        ..ApiVersion::default()
    }
}

fn supported_features() -> Vec<SupportedFeatureKey> {
    let key = |feature: &Feature| SupportedFeatureKey {
        name: StringBytes::from_static(feature.name),
        min_version: feature.minimum,
        max_version: feature.maximum,
        ..SupportedFeatureKey::default()
    };
    SUPPORTED_FEATURES.iter().map(key).collect()
}

fn finalized_features(image: &MetadataImage) -> Vec<FinalizedFeatureKey> {
    let key = |feature: &Feature| {
        let level = match feature.name {
            names::KRAFT_VERSION => KRAFT_VERSION_LEVEL,
            name => image.features.level(name),
        };
        (level > 0).then(|| FinalizedFeatureKey {
            name: StringBytes::from_static(feature.name),
            max_version_level: level,
            min_version_level: level,
            ..FinalizedFeatureKey::default()
        })
    };
    SUPPORTED_FEATURES.iter().filter_map(key).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn software_names_begin_and_end_with_a_letter_or_digit() {
        for good in ["librdkafka", "apache-kafka-java", "1.0", "x", "v2.0-rc.1"] {
            assert!(is_software_word(good), "{good}");
        }
        for bad in ["", "-x", "x-", "bad name!", "é", "a\nb", "."] {
            assert!(!is_software_word(bad), "{bad}");
        }
    }
}

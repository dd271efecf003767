//! Which version of an API a connection speaks: the highest that both sides know.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use broker_protocol::ApiKey;
use broker_protocol::messages::ApiVersionsResponse;

/// What a broker said that it serves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BrokerVersions {
    ranges: HashMap<ApiKey, RangeInclusive<i16>>,
}

impl BrokerVersions {
    /// Takes the ranges out of the answer; APIs that we do not know are left out.
    pub fn new(response: &ApiVersionsResponse) -> Self {
        let known = response.api_keys.iter().filter_map(|row| {
            let api = ApiKey::from_i16(row.api_key)?;
            Some((api, row.min_version..=row.max_version))
        });
        Self {
            ranges: known.collect(),
        }
    }

    /// The highest version of the API that the broker serves, we know, and that is not above `at_most`.
    pub fn highest(&self, api: ApiKey, at_most: i16) -> Option<i16> {
        let theirs = self.ranges.get(&api)?;
        let ours = api.versions();
        let highest = at_most.min(*theirs.end()).min(*ours.end());
        (highest >= *theirs.start().max(ours.start())).then_some(highest)
    }

    /// The range that the broker serves.
    pub fn range(&self, api: ApiKey) -> Option<&RangeInclusive<i16>> {
        self.ranges.get(&api)
    }
}

#[cfg(test)]
mod tests {
    use broker_protocol::api_versions_response::ApiVersion;

    use super::*;

    fn serving(api_key: i16, min_version: i16, max_version: i16) -> BrokerVersions {
        let row = ApiVersion {
            api_key,
            min_version,
            max_version,
            ..ApiVersion::default()
        };
        BrokerVersions::new(&ApiVersionsResponse {
            api_keys: vec![row],
            ..ApiVersionsResponse::default()
        })
    }

    #[test]
    fn the_highest_common_version_is_spoken() {
        assert_eq!(serving(3, 0, 99).highest(ApiKey::Metadata, i16::MAX), Some(13));
        assert_eq!(serving(3, 0, 9).highest(ApiKey::Metadata, i16::MAX), Some(9));
        assert_eq!(serving(3, 0, 12).highest(ApiKey::Metadata, 7), Some(7));
    }

    #[test]
    fn without_a_common_version_nothing_is_sent() {
        assert_eq!(serving(3, 50, 99).highest(ApiKey::Metadata, i16::MAX), None);
        assert_eq!(serving(0, 0, 2).highest(ApiKey::Produce, i16::MAX), None);
        assert_eq!(serving(3, 5, 9).highest(ApiKey::Metadata, 4), None);
        assert_eq!(serving(3, 0, 9).highest(ApiKey::Produce, i16::MAX), None);
    }
}

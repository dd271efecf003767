//! What is known about an API: its versions, its headers, where it is served.
//!
//! The rows are generated from the request schemas; header versions follow from the first flexible version
//! (KIP-482), but for the answer to ApiVersions, which never has tagged fields so that a client that knows no
//! version of the broker can read it (KIP-511).

use std::fmt;
use std::ops::RangeInclusive;

pub use crate::generated::api_table::ApiKey;
use crate::generated::api_table::ROWS;

/// One API in the generated table.
#[derive(Debug)]
pub(crate) struct ApiRow {
    pub(crate) number: i16,
    pub(crate) name: &'static str,
    pub(crate) versions: RangeInclusive<i16>,
    pub(crate) all_versions: RangeInclusive<i16>,
    pub(crate) first_flexible: i16,
    pub(crate) on_broker: bool,
    pub(crate) on_controller: bool,
    pub(crate) cluster_action: bool,
    pub(crate) forwardable: bool,
}

impl ApiKey {
    /// The API with that number; none for numbers that were never given or have no version left.
    pub fn from_i16(number: i16) -> Option<Self> {
        usize::try_from(number)
            .ok()
            .and_then(|place| Self::BY_NUMBER.get(place).copied().flatten())
    }

    /// The number on the wire.
    pub fn code(self) -> i16 {
        self.row().number
    }

    /// Kafka's name, for example `Produce`.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The versions that are served to clients; [`ApiKey::all_versions`] may know unstable ones above.
    pub fn versions(self) -> RangeInclusive<i16> {
        self.row().versions.clone()
    }

    /// All versions that can be encoded and decoded.
    pub fn all_versions(self) -> RangeInclusive<i16> {
        self.row().all_versions.clone()
    }

    /// Version of the header before a request of that version.
    pub fn request_header_version(self, version: i16) -> i16 {
        if version >= self.row().first_flexible {
            2
        } else {
            1
        }
    }

    /// Version of the header before an answer of that version.
    pub fn response_header_version(self, version: i16) -> i16 {
        i16::from(self != Self::ApiVersions && version >= self.row().first_flexible)
    }

    /// Whether a broker listener serves it.
    pub fn is_on_broker(self) -> bool {
        self.row().on_broker
    }

    /// Whether a controller listener serves it.
    pub fn is_on_controller(self) -> bool {
        self.row().on_controller
    }

    /// Whether the sender needs the right to act for the cluster.
    pub fn needs_cluster_action(self) -> bool {
        self.row().cluster_action
    }

    /// Whether a broker hands it on to the controller.
    pub fn is_forwardable(self) -> bool {
        self.row().forwardable
    }

    fn row(self) -> &'static ApiRow {
        &ROWS[self as usize]
    }
}

impl fmt::Display for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_api_is_found_by_its_number() {
        assert_eq!(ApiKey::ALL.len(), 91);
        for api in ApiKey::ALL {
            assert_eq!(ApiKey::from_i16(api.code()), Some(api), "{api}");
        }
        for removed in [4, 5, 6, 7, -1, 95] {
            assert_eq!(ApiKey::from_i16(removed), None);
        }
    }

    #[test]
    fn the_answer_to_api_versions_never_has_tagged_fields_in_its_header() {
        assert_eq!(ApiKey::ApiVersions.request_header_version(3), 2);
        assert_eq!(ApiKey::ApiVersions.response_header_version(5), 0);
        assert_eq!(ApiKey::Produce.response_header_version(9), 1);
        assert_eq!(ApiKey::Produce.response_header_version(8), 0);
        assert_eq!(ApiKey::SaslHandshake.request_header_version(1), 1);
    }

    #[test]
    fn an_unstable_version_can_be_read_but_is_not_served() {
        assert_eq!(ApiKey::InitProducerId.versions(), 0..=5);
        assert_eq!(ApiKey::InitProducerId.all_versions(), 0..=6);
    }
}

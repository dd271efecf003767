//! Finalized features: which level of each the cluster acts on.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::messages::FeatureLevelRecord;
use crate::{MetadataVersion, ReplayError, names};

/// The finalized features.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeaturesImage {
    /// Level of `metadata.version`.
    pub metadata_version: MetadataVersion,
    /// Levels of all other features, by name; level 0 is not kept.
    pub finalized: BTreeMap<Arc<str>, i16>,
}

impl FeaturesImage {
    /// Level of a feature, 0 when it is not finalized.
    pub fn level(&self, name: &str) -> i16 {
        if name == names::METADATA_VERSION {
            return self.metadata_version.level();
        }
        self.finalized.get(name).copied().unwrap_or(0)
    }

    /// Whether eligible leader replicas are kept (KIP-966).
    pub fn elr_enabled(&self) -> bool {
        self.level(names::ELIGIBLE_LEADER_REPLICAS_VERSION) >= 1
    }

    pub(crate) fn replay(&mut self, record: &FeatureLevelRecord) -> Result<(), ReplayError> {
        let level = record.feature_level;
        if record.name == names::METADATA_VERSION {
            self.metadata_version =
                MetadataVersion::from_level(level).ok_or(ReplayError::UnknownMetadataVersion(level))?;
        } else if level == 0 {
            self.finalized.remove(record.name.as_str());
        } else {
            self.finalized.insert(record.name.as_str().into(), level);
        }
        Ok(())
    }
}

impl Default for FeaturesImage {
    fn default() -> Self {
        Self {
            metadata_version: MetadataVersion::MINIMUM,
            finalized: BTreeMap::new(),
        }
    }
}

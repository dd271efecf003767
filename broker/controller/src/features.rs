//! Changing what the cluster has agreed on (KIP-584, KIP-778).

use broker_metadata::messages::FeatureLevelRecord;
use broker_metadata::{MetadataRecord, MetadataVersion, feature, names};
use broker_protocol::ErrorCode;
use broker_protocol::messages::{UpdateFeaturesRequest, UpdateFeaturesResponse};
use broker_protocol::update_features_request::FeatureUpdateKey;
use broker_protocol::update_features_response::UpdatableFeatureResult;

use crate::{ApiError, Outcome, QuorumController};

/// Which way a level may move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum UpgradeType {
    Upgrade,
    SafeDowngrade,
    UnsafeDowngrade,
}

impl QuorumController {
    /// Moves features to other levels: all, or none when one of them may not.
    ///
    /// `version` is the version of the request: before 2 every feature has an answer of its own.
    pub fn update_features(
        &self,
        request: &UpdateFeaturesRequest,
        version: i16,
    ) -> Outcome<UpdateFeaturesResponse> {
        let updates = request.feature_updates.iter();
        let decided: Result<Vec<_>, ApiError> = updates
            .map(|update| self.update_feature(update, version))
            .collect();
        let mut response = UpdateFeaturesResponse::default();
        if version <= 1 {
            response.results = per_feature(request, decided.as_ref().err());
        } else if let Err(error) = &decided {
            response.error_code = error.code.code();
            response.error_message = error.message.as_deref().map(Into::into);
        }
        let records = decided.unwrap_or_default();
        if request.validate_only {
            return Outcome::answer(response);
        }
        Outcome::new(records.into_iter().flatten().collect(), response)
    }

    fn update_feature(
        &self,
        update: &FeatureUpdateKey,
        version: i16,
    ) -> Result<Option<MetadataRecord>, ApiError> {
        let (name, level) = (update.feature.as_str(), update.max_version_level);
        let refused = |why: String| {
            let message = format!("No feature was changed, because {name} cannot be set to {level}: {why}.");
            ApiError::new(ErrorCode::InvalidUpdateVersion, message)
        };
        let upgrade =
            upgrade_type(update, version).ok_or_else(|| refused("the upgrade type is unknown".into()))?;
        let Some(known) = feature(name) else {
            let node = self.settings.node_id;
            return Err(refused(format!("node {node} does not support this feature")));
        };
        if level < known.minimum || level > known.maximum {
            let (node, low, high) = (self.settings.node_id, known.minimum, known.maximum);
            return Err(refused(format!(
                "node {node} supports only levels {low} to {high}"
            )));
        }
        let current = self.image().features.level(name);
        match (level.cmp(&current), upgrade) {
            (std::cmp::Ordering::Equal, _) => return Ok(None),
            (std::cmp::Ordering::Less, UpgradeType::Upgrade) => {
                return Err(refused(format!(
                    "it is {current} now, and only a downgrade type lets it sink"
                )));
            }
            (std::cmp::Ordering::Greater, UpgradeType::SafeDowngrade | UpgradeType::UnsafeDowngrade) => {
                return Err(refused(format!(
                    "it is {current} now, and a downgrade type does not let it rise"
                )));
            }
            (std::cmp::Ordering::Less, _) if name == names::METADATA_VERSION => {
                return Err(refused(format!(
                    "records of metadata.version {current} could not be read any more"
                )));
            }
            (std::cmp::Ordering::Less | std::cmp::Ordering::Greater, _) => {}
        }
        if name == names::KRAFT_VERSION {
            return Err(refused(
                "the quorum's format is changed by its own records".into(),
            ));
        }
        if name == names::METADATA_VERSION && MetadataVersion::from_level(level).is_none() {
            return Err(refused("there is no such metadata version".into()));
        }
        let record = FeatureLevelRecord {
            name: name.into(),
            feature_level: level,
            unknown_tagged_fields: Vec::new(),
        };
        Ok(Some(record.into()))
    }
}

fn upgrade_type(update: &FeatureUpdateKey, version: i16) -> Option<UpgradeType> {
    match (version, update.upgrade_type) {
        (0, _) if update.allow_downgrade => Some(UpgradeType::SafeDowngrade),
        (0, _) | (_, 1) => Some(UpgradeType::Upgrade),
        (_, 2) => Some(UpgradeType::SafeDowngrade),
        (_, 3) => Some(UpgradeType::UnsafeDowngrade),
        _ => None,
    }
}

fn per_feature(request: &UpdateFeaturesRequest, error: Option<&ApiError>) -> Vec<UpdatableFeatureResult> {
    let result = |update: &FeatureUpdateKey| UpdatableFeatureResult {
        feature: update.feature.clone(),
        error_code: error.map_or(0, |error| error.code.code()),
        error_message: error.and_then(|error| error.message.as_deref()).map(Into::into),
        ..UpdatableFeatureResult::default()
    };
    request.feature_updates.iter().map(result).collect()
}

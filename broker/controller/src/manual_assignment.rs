//! Replica lists that a client chose itself.

use broker_metadata::MetadataImage;
use broker_model::BrokerId;
use broker_protocol::ErrorCode;

use crate::ApiError;

/// Checks a chosen replica list: not empty, registered brokers that take replicas, none twice, as many as in other
/// partitions. Who is in `holders` has the replica already and may keep it although it is cordoned.
pub(crate) fn check_assignment(
    image: &MetadataImage,
    brokers: &[i32],
    (expected_count, holders): (Option<usize>, &[BrokerId]),
) -> Result<Vec<BrokerId>, ApiError> {
    let refused = |message: String| ApiError::new(ErrorCode::InvalidReplicaAssignment, message);
    if brokers.is_empty() {
        return Err(refused(
            "A manual assignment gives a partition no replicas.".to_owned(),
        ));
    }
    let mut sorted = brokers.to_vec();
    sorted.sort_unstable();
    for (place, broker) in sorted.iter().enumerate() {
        let id = BrokerId::new(*broker);
        let Some(registered) = image.cluster.broker(id) else {
            return Err(refused(format!(
                "A manual assignment names broker {broker}, which is not registered."
            )));
        };
        if registered.is_cordoned() && !holders.contains(&id) {
            return Err(refused(format!(
                "A manual assignment names broker {broker}, all of whose log directories are cordoned."
            )));
        }
        if place > 0 && sorted[place - 1] == *broker {
            return Err(refused(format!(
                "A manual assignment names broker {broker} twice for one partition."
            )));
        }
    }
    match expected_count {
        Some(expected) if expected != brokers.len() => Err(refused(format!(
            "A manual assignment gives a partition {} replica(s), but other partitions have {expected}.",
            brokers.len()
        ))),
        _ => Ok(brokers.iter().map(|broker| BrokerId::new(*broker)).collect()),
    }
}

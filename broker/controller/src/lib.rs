//! The controller: who decides what is written to the metadata log (KIP-631).
//!
//! [`QuorumController`] has the shape decide / replay. A decision looks at the image and at the request and answers
//! with the records to append and the response to give once they are committed; it changes nothing. Only
//! [`QuorumController::replay`] moves the image on, and it takes the records from wherever they come: from the log
//! at start or from a decision just made. So a decision that is never committed leaves no trace, and loading,
//! failover and the live path are one code path. Time, randomness and the meaning of configuration values are
//! arguments. How records become bytes is `broker-metadata`'s; appending them is the server's driver's.

mod alter_partition;
mod api_error;
mod availability;
pub mod balancer;
mod bootstrap;
mod broker_sessions;
mod brokers;
mod caught_up;
mod cluster_standing;
mod config_rules;
mod configs;
mod continuous;
mod cordon;
mod directories;
mod elect_leaders;
mod features;
mod heartbeat;
mod leadership;
mod manual_assignment;
mod outcome;
mod partition_change;
mod placement;
mod producer_ids;
mod quorum_controller;
mod reassignment;
mod rebalance;
mod registration;
mod safe_to_stop;
mod seed;
mod topics;
mod upkeep;

#[cfg(test)]
mod small_world;

pub use api_error::ApiError;
pub use availability::{
    AvailabilityFacts, METADATA_LAG_MAX, NodeObstacle, Obstacle, ObstacleKind, PartitionObstacle,
    QuorumFacts, QuorumObstacle, VOTER_SILENCE_MAX_MS, Verdict, VoterFacts,
};
pub use broker_sessions::{BrokerSessions, SessionLimits};
pub use brokers::BrokerRegistrationRequest;
pub use caught_up::caught_up;
pub use cluster_standing::{BrokerStanding, ClusterStanding, PartitionCounts};
pub use config_rules::{ConfigRules, EffectiveConfig, RemoteTier};
pub use continuous::{Calm, ContinuousMode, ContinuousPlan};
pub use cordon::Cordon;
pub use outcome::Outcome;
pub use placement::{PlacementError, PlacementSpec, ReplicaPlacer, UsableBroker};
pub use producer_ids::{PRODUCER_ID_BLOCK_SIZE, ProducerIdsBlock};
pub use quorum_controller::{ControllerSettings, QuorumController, TopicDeletion};
pub use rebalance::{
    MovementState, Rebalance, RebalanceLimits, RebalanceProgress, RebalanceStatus, StoredMovement,
    StoredPlanError, spread_brokers,
};
pub use safe_to_stop::{MinInSync, partitions_at_risk, safe_to_stop};
pub use seed::Seed;
pub use topics::RestoredTopic;
pub use upkeep::{Remainder, UpkeepSchedule, UpkeepSettings};

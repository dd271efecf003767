//! What a Fetch request asks for, remembered between requests (KIP-227) and cut to a byte budget (KIP-74): on the side
//! of the leader, and on that of a follower.

mod fetch_plan;
mod fetch_session;
mod replica_fetch_session;
mod session_cache;
mod shared_history;

pub use fetch_plan::{ByteBudget, PartitionAllowance};
pub use fetch_session::{FetchPartition, FetchTopic, Inclusion, PartitionKey, PartitionOutcome, Turn};
pub use replica_fetch_session::{FetchStep, ReplicaFetch, ReplicaFetchSession, ReplicaKey, SessionAnswer};
pub use session_cache::{
    FetchContext, FetchSessionCache, FetchSessionError, Privilege, SessionCacheLimits, SessionId,
    SessionRequest,
};
pub use shared_history::SharedHistory;

//! What a Fetch request asks for, remembered between requests (KIP-227) and cut to a byte budget (KIP-74).

mod fetch_plan;
mod fetch_session;
mod session_cache;

pub use fetch_plan::{ByteBudget, PartitionAllowance};
pub use fetch_session::{FetchPartition, FetchTopic, Inclusion, PartitionKey, PartitionOutcome};
pub use session_cache::{
    FetchContext, FetchSessionCache, FetchSessionError, Privilege, SessionCacheLimits, SessionId,
    SessionRequest,
};

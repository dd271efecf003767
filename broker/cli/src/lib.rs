//! The commands of the one binary that talk to a cluster: topics, groups, configuration, load.
//!
//! [`Command`] is the part of the command line that belongs here, [`run`] carries one out and answers with the exit
//! code. Results go to stdout as a table, JSON or YAML, progress and errors to stderr. Exit codes: 0 done, 1 failed,
//! 2 wrong usage, 3 done in part, 4 no answer in time, 5 not allowed. What a cluster is asked and how often is the
//! client crate's; starting a broker is the server's.

mod admin;
mod base64;
mod broker;
mod clock;
mod cluster;
mod command;
mod completion;
mod config;
mod confirm;
mod connect;
mod datetime;
mod duration;
mod error;
mod group;
mod interrupt;
mod key_value;
mod leader;
mod output;
mod perf;
mod producer_args;
mod progress;
mod reassign;
mod rebalance;
mod reference;
mod size;
mod table;
mod tier;
mod topic;

pub use broker::BrokerCommand;
pub use command::{Command, run};
pub use duration::parse_duration;
pub use reference::reference;
pub use tier::TierCommand;

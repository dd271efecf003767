//! File systems for tests, of this crate and of those above it: one that loses what was not synced, one that
//! fails on demand, and the suite that every file system passes.

mod fault_fs;
mod fs_contract;
mod mem_fs;

pub use fault_fs::{Fault, FaultFs, FaultOperation};
pub use fs_contract::every_file_system_passes;
pub use mem_fs::MemFs;

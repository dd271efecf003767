//! The one list of exceptions to the rules: each with its reason, and a ceiling where the rule has a number.
//!
//! The list may only shrink: a test fails when an entry is no longer needed.

/// A file that may have more code lines than the gate.
#[derive(Debug)]
pub struct LongFile {
    /// Path from the root.
    pub path: &'static str,
    /// Code lines that it may have.
    pub ceiling: usize,
    /// Why it is not cut.
    pub reason: &'static str,
}

/// Files over the gate of code lines.
pub const LONG_FILES: &[LongFile] = &[];

/// Files and folders below the shell line that may name what the others may not: (start of the path, word, reason).
pub const SHELL_WORDS: &[(&str, &str, &str)] = &[
    (
        "operator/api/src/bin/",
        "std::fs",
        "the generator writes the definitions into crds/",
    ),
    (
        "broker/storage/src/testing/",
        "Arc<Mutex",
        "file systems for tests are shared by the threads of a test",
    ),
    (
        "broker/storage/src/log/log_manager.rs",
        "std::thread",
        "recovery of many logs uses a scope of threads and waits",
    ),
    (
        "broker/storage/src/log/log_manager/placing.rs",
        "std::thread",
        "logs of a new topic are made by scoped threads, whose syncs the file system joins",
    ),
];

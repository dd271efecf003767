//! The small files of a log directory and of a partition's folder, each in Kafka's form.
//!
//! Every loader is a plain function of the file's bytes; every writer gives the bytes. Who writes them when is
//! decided by the log and the log manager.

pub(crate) mod clean_shutdown;
pub(crate) mod meta_properties;
pub(crate) mod offset_checkpoint;
pub(crate) mod partition_metadata;
pub(crate) mod text_table;

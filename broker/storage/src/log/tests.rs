//! Rules of a whole log, by family.

mod append_and_read;
mod crash;
mod damage;
mod device_errors;
mod epochs;
mod flushed_appends;
mod legacy;
mod remote;
mod retention;
mod simulation;

//! Rules of a whole log, by family.

mod append_and_read;
mod crash;
mod damage;
mod device_errors;
mod legacy;
mod retention;
mod simulation;

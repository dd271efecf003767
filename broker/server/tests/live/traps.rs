//! Mistakes that other brokers made, each with the test that would show it here.

#[path = "traps/answers.rs"]
mod answers;
#[path = "traps/logs.rs"]
mod logs;
#[path = "traps/tools.rs"]
mod tools;

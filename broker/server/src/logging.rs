//! What is logged and how it looks: text or JSON lines on the standard error, at levels that change while it runs.
//!
//! Loggers have Kafka's names, so that what administrators know of `kafka-configs --entity-type broker-loggers`
//! works; `logger_levels` owns their levels and the table from names to modules. Invariant: one event is one line.
//! What clients send (client ids, topic names) gets into events, so everything that could end a line or steer a
//! terminal is escaped, and a line has a bound. Who may change levels is decided by the handlers of the config APIs.

mod logger_levels;
mod one_line;

use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::{Layer, Registry, reload};

pub use logger_levels::{LogLevel, LoggerError, LoggerLevels, ROOT_LOGGER};
use one_line::OneLineWriter;

/// How a line looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// Something else in this process logs already.
#[derive(Debug, thiserror::Error)]
#[error("logging was started before in this process")]
pub struct AlreadyStarted;

/// Starts logging for the whole process; `levels` decide from now on what is logged.
///
/// # Errors
/// When it was started before.
pub fn start(format: LogFormat, levels: &LoggerLevels) -> Result<(), AlreadyStarted> {
    let (filter, handle) = reload::Layer::new(levels.targets());
    let lines = tracing_subscriber::fmt::layer::<Registry>()
        .with_ansi(false)
        .with_writer(OneLineWriter::standard_error);
    let subscriber = match format {
        LogFormat::Text => Registry::default().with(lines.with_filter(filter).boxed()),
        LogFormat::Json => Registry::default().with(lines.json().with_filter(filter).boxed()),
    };
    tracing::subscriber::set_global_default(subscriber).map_err(|_| AlreadyStarted)?;
    levels.act_on(handle);
    Ok(())
}

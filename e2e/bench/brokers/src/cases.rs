//! The measurements, one module each. A case answers rows; what runs and for how long is its own affair.

mod codec;
mod efficiency;
mod idle;
mod latency;
mod startup;
mod throughput;

pub use throughput::load_of;

use crate::Failure;
use crate::figures::Row;
use crate::lab::Lab;

/// One measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Case {
    /// Produce throughput
    Throughput,
    /// CPU time per GiB, and memory under that load
    Efficiency,
    /// Latency at half of Kafka's rate
    Latency,
    /// Start to first successful produce
    Startup,
    /// CPU time of a broker with idle consumers
    Idle,
    /// Decoding and encoding against the kafka-protocol crate
    Codec,
}

impl Case {
    /// All of them in the order of the report.
    pub const ALL: [Self; 6] = [
        Self::Throughput,
        Self::Efficiency,
        Self::Latency,
        Self::Startup,
        Self::Idle,
        Self::Codec,
    ];

    /// Heading in the report.
    pub fn title(self) -> &'static str {
        match self {
            Self::Throughput => "Produce throughput",
            Self::Efficiency => "CPU and memory under load",
            Self::Latency => "Latency at half of Kafka's rate",
            Self::Startup => "Start to first successful produce",
            Self::Idle => "Idle",
            Self::Codec => "Codec",
        }
    }

    /// How it is measured, for the report.
    pub fn method(self) -> &'static str {
        match self {
            Self::Throughput => throughput::METHOD,
            Self::Efficiency => efficiency::METHOD,
            Self::Latency => latency::METHOD,
            Self::Startup => startup::METHOD,
            Self::Idle => idle::METHOD,
            Self::Codec => codec::METHOD,
        }
    }
}

/// Takes one measurement.
pub async fn measure(case: Case, lab: &Lab) -> Result<Vec<Row>, Failure> {
    match case {
        Case::Throughput => throughput::measure(lab).await,
        Case::Efficiency => efficiency::measure(lab).await,
        Case::Latency => latency::measure(lab).await,
        Case::Startup => startup::measure(lab).await,
        Case::Idle => idle::measure(lab).await,
        Case::Codec => codec::measure(lab),
    }
}

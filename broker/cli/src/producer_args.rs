//! How records are sent: the options that writing and measuring share.

use std::time::Duration;

use broker_client::{Client, ProducerOptions};
use broker_codec::compression::CompressionLevel;
use broker_model::{Acks, CompressionType};
use broker_protocol::messages::InitProducerIdRequest;
use clap::{Args, ValueEnum};

use crate::duration::parse_duration;
use crate::error::CliError;
use crate::size::parse_size;

/// Options of a producer; the defaults are those of Kafka's.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Producer")]
pub(crate) struct ProducerArgs {
    /// Who must hold a record before it counts as delivered
    #[arg(long, value_enum, default_value = "all", allow_hyphen_values = true)]
    acks: AcksArg,
    /// Codec of the batches
    #[arg(long, value_enum, default_value = "none")]
    compression: CompressionArg,
    /// Level of gzip or zstd; the codec's own default if not given
    #[arg(long, allow_hyphen_values = true)]
    compression_level: Option<i32>,
    /// Bytes at which a batch is full
    #[arg(long, default_value = "16KiB", value_name = "SIZE", value_parser = parse_size)]
    pub(crate) batch_size: usize,
    /// How long a batch waits for more records
    #[arg(long, default_value = "5ms", value_name = "DURATION", value_parser = parse_duration)]
    linger: Duration,
    /// Requests on their way to one broker at a time
    #[arg(long, default_value = "5", value_parser = clap::value_parser!(u8).range(1..=5))]
    in_flight: u8,
    /// Bytes that may wait to be sent
    #[arg(long, default_value = "32MiB", value_name = "SIZE", value_parser = parse_size)]
    buffer_memory: usize,
    /// Whether the broker leaves out what it has twice; auto: with acks=all, if it can
    #[arg(long, value_enum, default_value = "auto")]
    idempotence: IdempotenceArg,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum AcksArg {
    /// Nobody: the broker is not asked
    #[value(name = "0", alias = "none")]
    None,
    /// The leader
    #[value(name = "1", alias = "leader")]
    Leader,
    /// Every replica in sync
    #[value(name = "all", alias = "-1")]
    All,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum CompressionArg {
    None,
    Gzip,
    Snappy,
    Lz4,
    Zstd,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum IdempotenceArg {
    Auto,
    On,
    Off,
}

impl ProducerArgs {
    /// The options, once it is known what the brokers can do.
    pub(crate) async fn options(&self, client: &Client) -> Result<ProducerOptions, CliError> {
        let acks = match self.acks {
            AcksArg::None => Acks::None,
            AcksArg::Leader => Acks::Leader,
            AcksArg::All => Acks::All,
        };
        let idempotence = match self.idempotence {
            IdempotenceArg::Off => false,
            IdempotenceArg::Auto => acks == Acks::All && offers_identities(client).await?,
            IdempotenceArg::On if acks == Acks::All => true,
            IdempotenceArg::On => {
                return Err(CliError::Usage(
                    "--idempotence on needs --acks all: a broker that does not answer cannot say what it has twice"
                        .to_owned(),
                ));
            }
        };
        Ok(ProducerOptions {
            acks,
            compression: match self.compression {
                CompressionArg::None => CompressionType::None,
                CompressionArg::Gzip => CompressionType::Gzip,
                CompressionArg::Snappy => CompressionType::Snappy,
                CompressionArg::Lz4 => CompressionType::Lz4,
                CompressionArg::Zstd => CompressionType::Zstd,
            },
            level: self
                .compression_level
                .map_or(CompressionLevel::Default, CompressionLevel::Level),
            batch_size: self.batch_size,
            linger: self.linger,
            in_flight_max: usize::from(self.in_flight),
            buffer_memory: self.buffer_memory,
            delivery_timeout: client.options().call_timeout,
            idempotence,
            ..ProducerOptions::default()
        })
    }
}

/// Whether a broker gives identities to producers.
async fn offers_identities(client: &Client) -> Result<bool, CliError> {
    let Some(broker) = client.metadata().brokers.keys().next().copied() else {
        return Ok(false);
    };
    let connection = client.connection(broker, broker_client::Lane::General).await?;
    Ok(connection.version_of::<InitProducerIdRequest>(i16::MAX).is_ok())
}

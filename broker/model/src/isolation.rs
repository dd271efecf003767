//! Small choices that travel on the wire: isolation, acknowledgements, compression, timestamp type.

/// Which records a reader may see (KIP-98).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IsolationLevel {
    /// Everything below the high watermark.
    #[default]
    ReadUncommitted,
    /// Everything below the last stable offset, less the aborted transactions.
    ReadCommitted,
}

/// How many replicas must hold a record before its producer is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acks {
    /// 0: the producer is never answered.
    None,
    /// 1: the leader alone.
    Leader,
    /// -1: every in-sync replica.
    All,
}

impl Acks {
    /// Reads the wire value; anything but -1, 0 and 1 is `None` (INVALID_REQUIRED_ACKS).
    pub const fn from_wire(value: i16) -> Option<Self> {
        match value {
            0 => Some(Self::None),
            1 => Some(Self::Leader),
            -1 => Some(Self::All),
            _ => None,
        }
    }
}

/// Codec of a batch's records: the lower three bits of its attributes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum CompressionType {
    /// 0: not compressed.
    #[default]
    None,
    /// 1: gzip.
    Gzip,
    /// 2: snappy, in the xerial framing or raw.
    Snappy,
    /// 3: lz4 frame.
    Lz4,
    /// 4: zstd (KIP-110).
    Zstd,
}

impl CompressionType {
    /// Reads the attribute bits; 5 to 7 are not assigned.
    pub const fn from_wire(bits: u8) -> Option<Self> {
        match bits {
            0 => Some(Self::None),
            1 => Some(Self::Gzip),
            2 => Some(Self::Snappy),
            3 => Some(Self::Lz4),
            4 => Some(Self::Zstd),
            _ => None,
        }
    }

    /// The attribute bits.
    pub const fn wire(self) -> u8 {
        match self {
            Self::None => 0,
            Self::Gzip => 1,
            Self::Snappy => 2,
            Self::Lz4 => 3,
            Self::Zstd => 4,
        }
    }
}

/// Who set the timestamps of a batch (KIP-32).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TimestampType {
    /// The producer, record by record.
    #[default]
    CreateTime,
    /// The broker, once for the batch.
    LogAppendTime,
}

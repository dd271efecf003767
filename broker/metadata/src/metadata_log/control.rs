//! Control records of the metadata log: who leads, which quorum format, who votes, where a snapshot begins and ends.
//!
//! The values are small messages in Kafka's flexible encoding that carry their own version as first field.

use broker_codec::batch::{BatchAttributes, BatchBuilder, BatchOptions, ControlRecordType, Record};
use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form};
use broker_model::{BrokerId, DirectoryId, Timestamp};
use bytes::Bytes;

use super::batch::{BatchStamp, finish};
use crate::LogFormatError;

/// Version of every control value that is written.
const VALUE_VERSION: i16 = 0;
/// Smallest encoding of a voter: id, directory, no endpoints, two versions, tags twice.
const VOTER_SIZE_MIN: usize = 4 + 16 + 1 + 4 + 2;
/// Smallest encoding of an endpoint: two empty strings, port, tags.
const ENDPOINT_SIZE_MIN: usize = 1 + 1 + 2 + 1;

/// A new leader of the quorum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaderChange {
    /// The leader.
    pub leader: BrokerId,
    /// Who may vote.
    pub voters: Vec<BrokerId>,
    /// Who voted for it.
    pub granting_voters: Vec<BrokerId>,
}

/// Where a voter listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VoterEndpoint {
    /// Name of the listener.
    pub name: String,
    /// Host to connect to.
    pub host: String,
    /// Port to connect to.
    pub port: u16,
}

/// A member of the quorum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voter {
    /// The node.
    pub id: BrokerId,
    /// The directory that holds its log.
    pub directory_id: DirectoryId,
    /// Where it listens.
    pub endpoints: Vec<VoterEndpoint>,
    /// Lowest and highest `kraft.version` that it supports.
    pub kraft_version_range: (i16, i16),
}

/// One control record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ControlRecord {
    /// First record of every leader.
    LeaderChange(LeaderChange),
    /// First record of a snapshot: when its last record was appended.
    SnapshotHeader(Timestamp),
    /// Last record of a snapshot.
    SnapshotFooter,
    /// The finalized `kraft.version`.
    KRaftVersion(i16),
    /// Who votes.
    KRaftVoters(Vec<Voter>),
}

/// Builds a batch of control records.
///
/// # Errors
/// A name is too long to be written.
pub fn control_batch(stamp: BatchStamp, controls: &[ControlRecord]) -> Result<Bytes, LogFormatError> {
    let mut builder = BatchBuilder::new(BatchOptions {
        base_offset: stamp.base_offset,
        leader_epoch: stamp.leader_epoch,
        attributes: BatchAttributes::default().control(),
        ..BatchOptions::default()
    });
    for control in controls {
        let key = control.record_type().key();
        builder.append(stamp.timestamp, Some(&key), Some(&control.value()?));
    }
    finish(builder)
}

impl ControlRecord {
    const fn record_type(&self) -> ControlRecordType {
        match self {
            Self::LeaderChange(_) => ControlRecordType::LeaderChange,
            Self::SnapshotHeader(_) => ControlRecordType::SnapshotHeader,
            Self::SnapshotFooter => ControlRecordType::SnapshotFooter,
            Self::KRaftVersion(_) => ControlRecordType::KRaftVersion,
            Self::KRaftVoters(_) => ControlRecordType::KRaftVoters,
        }
    }

    fn value(&self) -> Result<Bytes, EncodeError> {
        let mut e = Encoder::new();
        e.put_i16(VALUE_VERSION);
        match self {
            Self::LeaderChange(change) => {
                e.put_i32(change.leader.value());
                put_voter_ids(&mut e, &change.voters)?;
                put_voter_ids(&mut e, &change.granting_voters)?;
            }
            Self::SnapshotHeader(timestamp) => e.put_i64(timestamp.as_ms()),
            Self::SnapshotFooter => {}
            Self::KRaftVersion(version) => e.put_i16(*version),
            Self::KRaftVoters(voters) => {
                e.put_length(voters.len(), Form::Compact)?;
                for voter in voters {
                    put_voter(&mut e, voter)?;
                }
            }
        }
        put_no_tags(&mut e);
        Ok(e.into_bytes())
    }

    pub(super) fn from_record(record: &Record) -> Result<Self, LogFormatError> {
        let malformed = |reason: String| LogFormatError::Control {
            offset: record.offset,
            reason,
        };
        let key = record.key.as_deref().unwrap_or_default();
        let kind = ControlRecordType::parse_key(key).map_err(|error| malformed(error.to_string()))?;
        let kind = kind.ok_or_else(|| malformed(format!("unknown type {key:02x?}")))?;
        let value = record.value.clone().unwrap_or_default();
        let parsed = Self::parse(kind, value).map_err(|error| malformed(error.to_string()))?;
        parsed.ok_or_else(|| malformed(format!("{kind:?} does not belong into the metadata log")))
    }

    fn parse(kind: ControlRecordType, value: Bytes) -> Result<Option<Self>, DecodeError> {
        let mut d = Decoder::new(value);
        let version = d.get_i16()?;
        let parsed = match kind {
            ControlRecordType::LeaderChange => Self::LeaderChange(LeaderChange {
                leader: BrokerId::new(d.get_i32()?),
                voters: get_voter_ids(&mut d, version)?,
                granting_voters: get_voter_ids(&mut d, version)?,
            }),
            ControlRecordType::SnapshotHeader => Self::SnapshotHeader(Timestamp::from_ms(d.get_i64()?)),
            ControlRecordType::SnapshotFooter => Self::SnapshotFooter,
            ControlRecordType::KRaftVersion => Self::KRaftVersion(d.get_i16()?),
            ControlRecordType::KRaftVoters => {
                Self::KRaftVoters(d.get_array(Form::Compact, VOTER_SIZE_MIN, get_voter)?)
            }
            ControlRecordType::Abort | ControlRecordType::Commit => return Ok(None),
        };
        Ok(Some(parsed))
    }
}

fn put_no_tags(e: &mut Encoder) {
    e.put_unsigned_varint(0);
}

fn put_voter_ids(e: &mut Encoder, voters: &[BrokerId]) -> Result<(), EncodeError> {
    e.put_length(voters.len(), Form::Compact)?;
    for voter in voters {
        e.put_i32(voter.value());
        put_no_tags(e);
    }
    Ok(())
}

fn get_voter_ids(d: &mut Decoder, version: i16) -> Result<Vec<BrokerId>, DecodeError> {
    let directory_size = if version >= 1 { 16 } else { 0 };
    d.get_array(Form::Compact, 4 + directory_size + 1, |d| {
        let id = d.get_i32()?;
        if version >= 1 {
            d.get_uuid()?;
        }
        d.get_unknown_tagged_fields()?;
        Ok(BrokerId::new(id))
    })
}

fn put_voter(e: &mut Encoder, voter: &Voter) -> Result<(), EncodeError> {
    e.put_i32(voter.id.value());
    e.put_uuid(voter.directory_id.uuid());
    e.put_length(voter.endpoints.len(), Form::Compact)?;
    for endpoint in &voter.endpoints {
        e.put_string(&endpoint.name, Form::Compact)?;
        e.put_string(&endpoint.host, Form::Compact)?;
        e.put_u16(endpoint.port);
        put_no_tags(e);
    }
    e.put_i16(voter.kraft_version_range.0);
    e.put_i16(voter.kraft_version_range.1);
    put_no_tags(e);
    put_no_tags(e);
    Ok(())
}

fn get_voter(d: &mut Decoder) -> Result<Voter, DecodeError> {
    let id = BrokerId::new(d.get_i32()?);
    let directory_id = DirectoryId::new(d.get_uuid()?);
    let endpoints = d.get_array(Form::Compact, ENDPOINT_SIZE_MIN, |d| {
        let endpoint = VoterEndpoint {
            name: d.get_string(Form::Compact)?.into(),
            host: d.get_string(Form::Compact)?.into(),
            port: d.get_u16()?,
        };
        d.get_unknown_tagged_fields()?;
        Ok(endpoint)
    })?;
    let kraft_version_range = (d.get_i16()?, d.get_i16()?);
    d.get_unknown_tagged_fields()?;
    d.get_unknown_tagged_fields()?;
    Ok(Voter {
        id,
        directory_id,
        endpoints,
        kraft_version_range,
    })
}

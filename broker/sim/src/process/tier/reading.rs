//! Consumers whose records are in the remote tier only: what their fetches want of the store, and what they are given.

use std::collections::BTreeMap;

use broker_model::{MonotonicMs, Offset};
use broker_protocol::ErrorCode;
use broker_storage::ReadLimits;
use broker_tiered::chunk_cache::{ChunkCache, Lookup, ReaderId};
use broker_tiered::read_plan::{ChunkSize, Piece, PieceKey};
use broker_tiered::remote_fetch::{
    FetchEffect, RemoteFetch, RemoteReadError, RemoteRecords, SegmentObject, WantedRecords,
};
use bytes::Bytes;

use super::Purpose;
use crate::message::{Fetch, Fetched, Response};
use crate::process::{Halt, Process};
use crate::sabotage::Sabotage;
use crate::store::{StoreAnswer, StoreRequest};

/// How long a consumer waits for the store.
const FETCH_WAIT_MS: u64 = 500;
/// Before a read is tried again that may succeed later.
const RETRY_MS: u64 = 50;

/// A piece that was asked of the store, and the reader that asked.
#[derive(Debug)]
pub(super) struct PieceOfRead {
    object: SegmentObject,
    piece: Piece,
    reader: ReaderId,
}

#[derive(Debug)]
struct Reading {
    token: u64,
    fetch: Fetch,
    limits: ReadLimits,
    high_watermark: Offset,
    deadline: MonotonicMs,
    /// None while it waits to be tried again.
    machine: Option<RemoteFetch>,
    asked: Vec<Piece>,
    got: Vec<Option<Bytes>>,
    retry_at: Option<MonotonicMs>,
}

#[derive(Debug)]
pub(in crate::process) struct Readers {
    cache: ChunkCache,
    chunks: ChunkSize,
    readings: BTreeMap<u64, Reading>,
    /// Which piece of which reading a reader waits for.
    waiting: BTreeMap<u64, (u64, usize)>,
    numbers: u64,
}

impl Default for Readers {
    fn default() -> Self {
        Self {
            cache: ChunkCache::with_budget(16 << 10),
            chunks: ChunkSize::of(ChunkSize::MIN),
            readings: BTreeMap::new(),
            waiting: BTreeMap::new(),
            numbers: 0,
        }
    }
}

impl Readers {
    pub(super) fn deadline(&self) -> Option<MonotonicMs> {
        let times = self.readings.values();
        times
            .map(|reading| reading.retry_at.unwrap_or(reading.deadline).min(reading.deadline))
            .min()
    }

    fn number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }
}

impl Process {
    /// The records of a fetch are below the local part of the log.
    pub(in crate::process) fn read_remotely(
        &mut self,
        token: u64,
        fetch: Fetch,
        limits: ReadLimits,
        high_watermark: Offset,
    ) -> Result<(), Halt> {
        let number = self.tier.readers.number();
        let reading = Reading {
            token,
            fetch,
            limits,
            high_watermark,
            deadline: self.now.monotonic.plus_ms(FETCH_WAIT_MS),
            machine: None,
            asked: Vec::new(),
            got: Vec::new(),
            retry_at: None,
        };
        self.tier.readers.readings.insert(number, reading);
        self.begin_reading(number)
    }

    fn begin_reading(&mut self, number: u64) -> Result<(), Halt> {
        let readers = &mut self.tier.readers;
        let Some(reading) = readers.readings.get_mut(&number) else {
            return Ok(());
        };
        reading.retry_at = None;
        let Some(manifest) = self.tier.led.get(&reading.fetch.partition).cloned() else {
            self.read_later(number);
            return Ok(());
        };
        let wanted = WantedRecords {
            from: reading.fetch.offset,
            upper: reading.high_watermark,
            limits: reading.limits,
        };
        let (machine, effect) = RemoteFetch::begin(manifest, wanted, readers.chunks);
        reading.machine = Some(machine);
        self.read_on(number, effect)
    }

    fn read_later(&mut self, number: u64) {
        let at = self.now.monotonic.plus_ms(RETRY_MS);
        if let Some(reading) = self.tier.readers.readings.get_mut(&number) {
            reading.machine = None;
            reading.retry_at = Some(at);
        }
    }

    fn read_on(&mut self, number: u64, mut effect: FetchEffect) -> Result<(), Halt> {
        loop {
            let pieces = match effect {
                FetchEffect::Ask(object, pieces) => match self.look_up(number, &object, &pieces) {
                    Some(pieces) => Ok(pieces),
                    None => return Ok(()),
                },
                FetchEffect::Forget(segment, _) => {
                    self.tier.readers.cache.retain(|key| key.segment != segment);
                    self.damaged_objects += 1;
                    Ok(Vec::new())
                }
                FetchEffect::Served(found) => {
                    self.remote_reads += 1;
                    self.end_reading(number, |reading| {
                        Ok(Fetched {
                            records: found.records,
                            high_watermark: reading.high_watermark,
                        })
                    });
                    return Ok(());
                }
                FetchEffect::Refused(error) => {
                    self.refuse_reading(number, &error);
                    return Ok(());
                }
            };
            let Some(next) = self.feed(number, pieces) else {
                return Ok(());
            };
            effect = next;
        }
    }

    fn feed(&mut self, number: u64, pieces: Result<Vec<Bytes>, RemoteReadError>) -> Option<FetchEffect> {
        let serves_all = self.machine.settings.sabotage == Sabotage::ServedDamage;
        let reading = self.tier.readers.readings.get_mut(&number)?;
        if let (true, Ok(chunks), Some(Piece::Chunk(_))) = (serves_all, &pieces, reading.asked.first()) {
            return Some(FetchEffect::Served(RemoteRecords {
                records: chunks.concat().into(),
                ..RemoteRecords::default()
            }));
        }
        Some(reading.machine.as_mut()?.step(pieces))
    }

    fn refuse_reading(&mut self, number: u64, error: &RemoteReadError) {
        let code = match error {
            RemoteReadError::NotReady | RemoteReadError::Store(_) => return self.read_later(number),
            RemoteReadError::BelowStart(_) => ErrorCode::OffsetOutOfRange,
            RemoteReadError::Gap(_) | RemoteReadError::Damaged(_) => ErrorCode::KafkaStorageError,
        };
        self.end_reading(number, |_| Err(code));
    }

    fn end_reading(&mut self, number: u64, answer: impl FnOnce(&Reading) -> Result<Fetched, ErrorCode>) {
        if let Some(reading) = self.tier.readers.readings.remove(&number) {
            let answer = answer(&reading);
            self.respond(reading.token, Response::Fetched(answer));
        }
    }

    /// The pieces, if all are kept from before; what is not is asked of the store.
    fn look_up(&mut self, number: u64, object: &SegmentObject, pieces: &[Piece]) -> Option<Vec<Bytes>> {
        self.tier.readers.waiting.retain(|_, (whose, _)| *whose != number);
        let reading = self.tier.readers.readings.get_mut(&number)?;
        reading.asked = pieces.to_vec();
        reading.got = vec![None; pieces.len()];
        for (at, piece) in pieces.iter().copied().enumerate() {
            let range = object.range(piece, self.tier.readers.chunks);
            let readers = &mut self.tier.readers;
            let reader = readers.number();
            let key = PieceKey {
                segment: object.key,
                piece,
            };
            if range.is_empty() {
                readers.readings.get_mut(&number)?.got[at] = Some(Bytes::new());
                continue;
            }
            match readers.cache.look_up(key, ReaderId(reader)) {
                Lookup::Hit(bytes) => readers.readings.get_mut(&number)?.got[at] = Some(bytes),
                Lookup::OnItsWay => {
                    readers.waiting.insert(reader, (number, at));
                }
                Lookup::Ask => {
                    readers.waiting.insert(reader, (number, at));
                    let path = object.key.path(&object.partition);
                    let asked = PieceOfRead {
                        object: object.clone(),
                        piece,
                        reader: ReaderId(reader),
                    };
                    let range = Some(range);
                    self.ask_store(Purpose::Piece(Box::new(asked)), StoreRequest::Get { path, range });
                }
            }
        }
        self.all_pieces(number)
    }

    fn all_pieces(&mut self, number: u64) -> Option<Vec<Bytes>> {
        let reading = self.tier.readers.readings.get(&number)?;
        reading.got.iter().cloned().collect()
    }

    pub(super) fn piece_arrived(&mut self, asked: PieceOfRead, answer: &StoreAnswer) -> Result<(), Halt> {
        let PieceOfRead {
            object,
            piece,
            reader,
        } = asked;
        let answer = self.judge(&object, piece, answer);
        let key = PieceKey {
            segment: object.key,
            piece,
        };
        let cache = &mut self.tier.readers.cache;
        let mut readers = match &answer {
            Ok(bytes) => cache.arrived(key, bytes),
            Err(_) => cache.failed(key),
        };
        readers.push(reader);
        for reader in readers {
            let Some((number, at)) = self.tier.readers.waiting.remove(&reader.0) else {
                continue;
            };
            let Some(reading) = self.tier.readers.readings.get_mut(&number) else {
                continue;
            };
            let pieces = match &answer {
                Ok(bytes) => {
                    reading.got[at] = Some(bytes.clone());
                    match self.all_pieces(number) {
                        Some(pieces) => Ok(pieces),
                        None => continue,
                    }
                }
                Err(error) => Err(error.clone()),
            };
            if let Some(effect) = self.feed(number, pieces) {
                self.read_on(number, effect)?;
            }
        }
        Ok(())
    }

    /// Whether that is the piece that was asked for.
    fn judge(
        &self,
        object: &SegmentObject,
        piece: Piece,
        answer: &StoreAnswer,
    ) -> Result<Bytes, RemoteReadError> {
        let damaged = |what: &str| RemoteReadError::Damaged(format!("{}: {what}", object.key.id));
        let bytes = match answer {
            StoreAnswer::Got(bytes, _) => bytes,
            StoreAnswer::Missing => return Err(damaged("it is gone")),
            _ => return Err(RemoteReadError::Store("nobody knows".to_owned())),
        };
        let range = object.range(piece, self.tier.readers.chunks);
        if bytes.len() as u64 != range.end - range.start {
            return Err(damaged("it is short"));
        }
        match piece {
            Piece::Part(part) => object
                .layout
                .check(part, bytes)
                .map_err(|error| damaged(&error.to_string()))?,
            Piece::Chunk(_) => {}
        }
        Ok(bytes.clone())
    }

    /// Tries again what may succeed by now, and lets consumers go whose time is over.
    pub(super) fn look_after_readers(&mut self) -> Result<(), Halt> {
        let now = self.now.monotonic;
        let all: Vec<(u64, bool, bool)> = self
            .tier
            .readers
            .readings
            .iter()
            .map(|(number, reading)| {
                let is_over = reading.deadline <= now;
                (*number, is_over, reading.retry_at.is_some_and(|at| at <= now))
            })
            .collect();
        for (number, is_over, is_due) in all {
            if is_over {
                self.end_reading(number, |reading| {
                    Ok(Fetched {
                        records: Bytes::new(),
                        high_watermark: reading.high_watermark,
                    })
                });
            } else if is_due {
                self.begin_reading(number)?;
            }
        }
        Ok(())
    }
}

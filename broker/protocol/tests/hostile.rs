//! Hostile bytes against every message: cut, overwritten at every place, mutated by seed.
//!
//! The corpus is every request, answer and header that Kafka 4.4.0 wrote. Nothing may panic; what a decoder
//! reserves is counted by the allocator and bounded by the bytes that it was given.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use broker_codec::{DecodeError, Message};
use broker_protocol::fuzz;
use bytes::Bytes;

/// What a decoder may hold at once beside the frame: a constant and so much for each byte of the frame. An element
/// of an array takes at least one byte on the wire and at most some hundreds in memory.
const PEAK_BASE: usize = 1 << 10;
const PEAK_PER_BYTE: usize = 160;

thread_local! {
    static HELD: Cell<usize> = const { Cell::new(0) };
    static PEAK: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

#[expect(unsafe_code, reason = "an allocator that counts can only be written so")]
// SAFETY: every call goes to the system allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let held = HELD.get() + layout.size();
        HELD.set(held);
        PEAK.set(PEAK.get().max(held));
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        HELD.set(HELD.get().saturating_sub(layout.size()));
        unsafe { System.dealloc(place, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Runs `work`; returns what it returned and how much memory it held at once at most.
fn measured<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = HELD.get();
    PEAK.set(before);
    let outcome = work();
    (outcome, PEAK.get().saturating_sub(before))
}

type Decode = fn(Bytes, i16) -> Result<(), DecodeError>;

fn decode<M: Message>(bytes: Bytes, version: i16) -> Result<(), DecodeError> {
    M::from_bytes(bytes, version).map(drop)
}

macro_rules! decoders {
    ($($name:ident,)*) => {
        [$((stringify!($name), decode::<broker_protocol::messages::$name> as Decode),)*]
    };
}

struct Sample {
    name: String,
    version: i16,
    number: Option<i16>,
    bytes: Vec<u8>,
    decode: Decode,
}

impl Sample {
    /// Decodes under the memory bound.
    fn decode_bounded(&self, bytes: &[u8]) -> Result<(), DecodeError> {
        let frame = Bytes::copy_from_slice(bytes);
        let (outcome, peak) = measured(|| (self.decode)(frame, self.version));
        let bound = PEAK_BASE + PEAK_PER_BYTE * bytes.len();
        assert!(
            peak <= bound,
            "{} v{}: {peak} bytes for {bytes:02x?}",
            self.name,
            self.version
        );
        outcome
    }
}

fn samples(case: &str) -> Vec<Sample> {
    let packed = include_bytes!("../testdata/golden-4.4.0.tsv.zst");
    let text = String::from_utf8(zstd::decode_all(&packed[..]).expect("zstd")).expect("text");
    let decoders = broker_protocol::for_each_message!(decoders);
    let lines = text.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    lines
        .filter(|fields| fields[2] == case)
        .map(|fields| Sample {
            name: fields[0].to_owned(),
            version: fields[1].parse().expect("version"),
            number: fields[6].parse().ok(),
            bytes: unhex(fields[3]),
            decode: decoders
                .iter()
                .find(|(name, _)| *name == fields[0])
                .expect("known")
                .1,
        })
        .collect()
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).expect("hex"))
        .collect()
}

#[test]
fn a_message_cut_anywhere_is_refused() {
    for case in ["full", "null", "default", "utags"] {
        for sample in samples(case) {
            for end in 0..sample.bytes.len() {
                let outcome = sample.decode_bounded(&sample.bytes[..end]);
                assert!(
                    outcome.is_err(),
                    "{} v{} cut to {end}",
                    sample.name,
                    sample.version
                );
            }
        }
    }
}

#[test]
fn absurd_lengths_anywhere_reserve_nothing() {
    // Largest compact length, largest and negative plain lengths, -2, a million and one, null.
    let absurd: [&[u8]; 7] = [
        b"\xff\xff\xff\xff\x0f",
        b"\x7f\xff\xff\xff",
        b"\x80\x00\x00\x00",
        b"\xff\xff\xff\xfe",
        b"\x00\x0f\x42\x41",
        b"\x7f\xff",
        b"\x00",
    ];
    for sample in samples("full") {
        for place in 0..sample.bytes.len() {
            for garbage in absurd {
                let mut bytes = sample.bytes.clone();
                let end = bytes.len().min(place + garbage.len());
                bytes[place..end].copy_from_slice(&garbage[..end - place]);
                let _outcome = sample.decode_bounded(&bytes);
            }
        }
    }
}

#[test]
fn mutated_messages_are_refused_or_read_and_can_then_be_written() {
    let mut random = Random(0x5eed_0001);
    for sample in samples("full") {
        let run = match (sample.number, sample.name.ends_with("Request")) {
            (Some(_), true) => fuzz::decode_any_request,
            (Some(_), false) if sample.name.ends_with("Response") => fuzz::decode_any_response,
            _ => continue,
        };
        let number = sample.number.expect("matched above");
        run(number, sample.version, &sample.bytes).unwrap();
        for _ in 0..40 {
            let _outcome = run(number, sample.version, &random.mutate(&sample.bytes));
        }
    }
}

#[test]
fn any_header_is_refused_or_read() {
    let mut random = Random(0x5eed_0002);
    for api_key in i16::MIN..=i16::MAX {
        let mut frame = api_key.to_be_bytes().to_vec();
        frame.extend((random.next() as i16 % 20).to_be_bytes());
        frame.extend(random.mutate(b"\x00\x00\x00\x01\x00\x02me\x00\x01\x01\x01\x01\x01\x01"));
        let _outcome = fuzz::decode_request_frame(&frame);
    }
}

/// A small seeded generator (xorshift), so that a failure can be repeated.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: usize) -> usize {
        self.next() as usize % end.max(1)
    }

    /// One to four changes: a byte set, a bit turned, bytes removed, bytes inserted.
    fn mutate(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        for _ in 0..=self.below(4) {
            let place = self.below(bytes.len());
            match (self.below(4), bytes.is_empty()) {
                (_, true) | (0, _) => bytes.insert(place, self.next() as u8),
                (1, _) => bytes[place] = self.next() as u8,
                (2, _) => bytes[place] ^= 1 << self.below(8),
                _ => drop(bytes.drain(place..(place + 1 + self.below(4)).min(bytes.len()))),
            }
        }
        bytes
    }
}

//! Record batches, good and bad ones: every field of the header can be set to a lie.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;

use super::{Result, encode};

/// Milliseconds since 1970.
#[expect(
    clippy::disallowed_methods,
    reason = "a program outside the broker, with no clock to be handed"
)]
#[must_use]
pub fn now_ms() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |elapsed| elapsed.as_millis() as i64)
}

/// Bytes of a value: `{"hex": …}`, or `{"batch": {…}}` for a batch of version 2. An empty text is no bytes.
///
/// # Errors
/// The value is neither.
pub fn bytes(value: &Value) -> Result<Vec<u8>> {
    if let Some(text) = value.as_str() {
        return unhex(text);
    }
    if let Some(text) = value.get("hex").and_then(Value::as_str) {
        return unhex(text);
    }
    batch(
        value
            .get("batch")
            .ok_or_else(|| format!("neither bytes nor a batch: {value}"))?,
    )
}

/// Bytes of a hexadecimal text; `78*1000` is a byte a thousand times.
///
/// # Errors
/// The text is not hexadecimal.
pub fn unhex(text: &str) -> Result<Vec<u8>> {
    if let Some((byte, count)) = text.split_once('*') {
        return Ok(vec![u8::from_str_radix(byte, 16)?; count.parse()?]);
    }
    (0..text.len())
        .step_by(2)
        .map(|at| {
            Ok(u8::from_str_radix(
                text.get(at..at + 2).ok_or("half a byte")?,
                16,
            )?)
        })
        .collect()
}

/// Hexadecimal text of bytes.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn batch(fields: &Value) -> Result<Vec<u8>> {
    let number = |name: &str, default: i64| fields.get(name).and_then(Value::as_i64).unwrap_or(default);
    let timestamp = match fields.get("timestamp") {
        None => now_ms(),
        Some(Value::Number(fixed)) => fixed.as_i64().ok_or("not a time")?,
        Some(relative) => now_ms() + relative.get("now").and_then(Value::as_i64).ok_or("not a time")?,
    };
    let records = fields
        .get("records")
        .and_then(Value::as_array)
        .ok_or("no records")?;
    let body = match fields.get("payload").and_then(Value::as_str) {
        Some(payload) => unhex(payload)?,
        None => records_of(records)?,
    };
    let count = number("count", records.len() as i64);
    let mut tail = Vec::new();
    tail.extend((number("attributes", 0) as i16).to_be_bytes());
    tail.extend((number("last_offset_delta", count - 1) as i32).to_be_bytes());
    tail.extend(timestamp.to_be_bytes());
    tail.extend(timestamp.to_be_bytes());
    tail.extend(number("producer_id", -1).to_be_bytes());
    tail.extend((number("producer_epoch", -1) as i16).to_be_bytes());
    tail.extend((number("base_sequence", -1) as i32).to_be_bytes());
    tail.extend((count as i32).to_be_bytes());
    tail.extend(body);
    let checksum = number("crc", i64::from(crc32c(&tail))) as u32;
    let mut out = Vec::new();
    out.extend(number("base_offset", 0).to_be_bytes());
    out.extend((tail.len() as i32 + 9).to_be_bytes());
    out.extend((number("leader_epoch", -1) as i32).to_be_bytes());
    out.push(number("magic", 2) as u8);
    out.extend(checksum.to_be_bytes());
    out.extend(tail);
    Ok(out)
}

fn records_of(records: &[Value]) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    for (index, record) in records.iter().enumerate() {
        let mut one = vec![0];
        zigzag(&mut one, 0);
        zigzag(&mut one, index as i64);
        for part in [record.get(0), record.get(1)] {
            match part.and_then(Value::as_str) {
                None => zigzag(&mut one, -1),
                Some(text) => {
                    let bytes = unhex(text)?;
                    zigzag(&mut one, bytes.len() as i64);
                    one.extend(bytes);
                }
            }
        }
        zigzag(&mut one, 0);
        zigzag(&mut out, one.len() as i64);
        out.extend(one);
    }
    Ok(out)
}

fn zigzag(out: &mut Vec<u8>, value: i64) {
    encode::varint(out, (value << 1 ^ value >> 63) as u64 as usize);
}

/// One line a batch: what a reader of the log can tell, without times and producers, which differ from run to run.
#[must_use]
pub fn summary(bytes: &[u8]) -> Value {
    let mut lines = Vec::new();
    let mut rest = bytes;
    while rest.len() >= 61 {
        let int = |at: usize| i32::from_be_bytes([rest[at], rest[at + 1], rest[at + 2], rest[at + 3]]);
        let base = i64::from(int(0)) << 32 | i64::from(int(4) as u32);
        let size = usize::try_from(int(8)).unwrap_or(usize::MAX).saturating_add(12);
        let Some(one) = rest.get(..size) else { break };
        let stored = u32::from_be_bytes([one[17], one[18], one[19], one[20]]);
        let check = if stored == crc32c(&one[21..]) {
            ""
        } else {
            " BAD CRC"
        };
        lines.push(Value::from(format!(
            "{base}+{} magic {} epoch {} attributes {:#x} sequence {} count {} bytes {size}{check}",
            int(23),
            rest[16],
            int(12),
            i16::from_be_bytes([rest[21], rest[22]]),
            int(53),
            int(57),
        )));
        rest = &rest[size..];
    }
    if !rest.is_empty() {
        lines.push(Value::from("and a part of a batch"));
    }
    Value::Array(lines)
}

/// CRC-32C, bit by bit: the batches here are small.
#[must_use]
pub fn crc32c(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 {
                crc >> 1 ^ 0x82f6_3b78
            } else {
                crc >> 1
            };
        }
    }
    !crc
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_castagnolis() {
        assert_eq!(crc32c(b"123456789"), 0xe306_9283);
    }
}

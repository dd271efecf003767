//! Variable-length numbers: seven bits a byte, lowest first, the high bit says that more follow.
//!
//! Signed numbers are zigzag-coded first. As Kafka does, readers accept longer forms than needed and drop bits
//! above the width of the number; a byte after the last possible one is refused.

use crate::DecodeError;

const MORE: u8 = 0x80;
const BITS: u8 = 0x7f;

/// Most bytes that a 32-bit number takes.
pub const MAX_VARINT_SIZE: usize = 5;
/// Most bytes that a 64-bit number takes.
pub const MAX_VARLONG_SIZE: usize = 10;

/// Reads an unsigned 32-bit number from the start of `bytes`; returns it and how many bytes it took.
///
/// # Errors
/// The bytes end inside the number, or it runs on after its fifth byte.
#[inline]
pub fn read_unsigned_varint(bytes: &[u8]) -> Result<(u32, usize), DecodeError> {
    if let Some(&first) = bytes.first()
        && first < MORE
    {
        return Ok((u32::from(first), 1));
    }
    let (value, size) = read_long(bytes, MAX_VARINT_SIZE)?;
    Ok((value as u32, size))
}

/// Reads an unsigned 64-bit number from the start of `bytes`; returns it and how many bytes it took.
///
/// # Errors
/// The bytes end inside the number, or it runs on after its tenth byte.
#[inline]
pub fn read_unsigned_varlong(bytes: &[u8]) -> Result<(u64, usize), DecodeError> {
    read_long(bytes, MAX_VARLONG_SIZE)
}

/// Reads a zigzag-coded 32-bit number from the start of `bytes`; returns it and how many bytes it took.
///
/// # Errors
/// As [`read_unsigned_varint`].
#[inline]
pub fn read_varint(bytes: &[u8]) -> Result<(i32, usize), DecodeError> {
    let (value, size) = read_unsigned_varint(bytes)?;
    Ok(((value >> 1) as i32 ^ -((value & 1) as i32), size))
}

/// Reads a zigzag-coded 64-bit number from the start of `bytes`; returns it and how many bytes it took.
///
/// # Errors
/// As [`read_unsigned_varlong`].
#[inline]
pub fn read_varlong(bytes: &[u8]) -> Result<(i64, usize), DecodeError> {
    let (value, size) = read_unsigned_varlong(bytes)?;
    Ok(((value >> 1) as i64 ^ -((value & 1) as i64), size))
}

#[inline(never)]
fn read_long(bytes: &[u8], max_size: usize) -> Result<(u64, usize), DecodeError> {
    let mut value = 0_u64;
    for (index, &byte) in bytes.iter().take(max_size).enumerate() {
        value |= u64::from(byte & BITS) << (7 * index);
        if byte & MORE == 0 {
            return Ok((value, index + 1));
        }
    }
    if bytes.len() >= max_size {
        return Err(DecodeError::VarintTooLong);
    }
    Err(DecodeError::UnexpectedEnd {
        needed: bytes.len() + 1,
        remaining: bytes.len(),
    })
}

/// Appends an unsigned 32-bit number.
#[inline]
pub fn write_unsigned_varint(out: &mut Vec<u8>, value: u32) {
    write_unsigned_varlong(out, u64::from(value));
}

/// Appends an unsigned 64-bit number.
#[inline]
pub fn write_unsigned_varlong(out: &mut Vec<u8>, mut value: u64) {
    while value >= u64::from(MORE) {
        out.push(value as u8 & BITS | MORE);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Appends a zigzag-coded 32-bit number.
#[inline]
pub fn write_varint(out: &mut Vec<u8>, value: i32) {
    write_unsigned_varint(out, (value << 1 ^ value >> 31) as u32);
}

/// Appends a zigzag-coded 64-bit number.
#[inline]
pub fn write_varlong(out: &mut Vec<u8>, value: i64) {
    write_unsigned_varlong(out, (value << 1 ^ value >> 63) as u64);
}

/// How many bytes the unsigned number takes.
#[inline]
pub const fn unsigned_varlong_size(value: u64) -> usize {
    let bits = 64 - (value | 1).leading_zeros() as usize;
    bits.div_ceil(7)
}

/// How many bytes the zigzag-coded number takes.
#[inline]
pub const fn varlong_size(value: i64) -> usize {
    unsigned_varlong_size((value << 1 ^ value >> 63) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zigzag_numbers_read_back_and_take_their_announced_size() {
        for value in [
            0,
            1,
            -1,
            63,
            -64,
            64,
            -65,
            8191,
            -8192,
            i64::from(i32::MAX),
            i64::MAX,
            i64::MIN,
        ] {
            let mut out = Vec::new();
            write_varlong(&mut out, value);
            assert_eq!(out.len(), varlong_size(value));
            assert_eq!(read_varlong(&out), Ok((value, out.len())));
        }
        let mut out = Vec::new();
        write_varint(&mut out, i32::MIN);
        assert_eq!(read_varint(&out), Ok((i32::MIN, 5)));
    }

    #[test]
    fn a_number_that_never_ends_is_refused() {
        assert_eq!(read_unsigned_varint(&[0xff; 9]), Err(DecodeError::VarintTooLong));
        assert_eq!(read_varlong(&[0x80; 11]), Err(DecodeError::VarintTooLong));
        assert_eq!(
            read_varlong(&[0x80; 3]),
            Err(DecodeError::UnexpectedEnd {
                needed: 4,
                remaining: 3
            })
        );
    }

    #[test]
    fn a_padded_number_is_accepted() {
        assert_eq!(read_unsigned_varint(&[0x81, 0x80, 0x00]), Ok((1, 3)));
    }
}

//! Short names for values, to compare what was rendered with what is there. FNV-1a with 64 bits: no secret and no
//! attacker, only changes to be noticed.

use serde::Serialize;

/// Sixteen hexadecimal digits that change when the value does. Maps must be ordered, or it changes without reason.
pub fn of<T: Serialize>(value: &T) -> String {
    let text = serde_json::to_string(value).unwrap_or_default();
    format!("{:016x}", fnv(0xcbf2_9ce4_8422_2325, text.as_bytes()))
}

/// One round of FNV-1a from a start value.
pub(crate) fn fnv(start: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(start, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_that_of_fnv_1a() {
        assert_eq!(fnv(0xcbf2_9ce4_8422_2325, b"foobar"), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn values_that_differ_have_other_fingerprints() {
        assert_ne!(of(&"a"), of(&"b"));
        assert_eq!(of(&"a"), of(&"a"));
    }
}

//! Ids that a cluster is founded with. They follow from the object, so that every pass and every operator computes the
//! same ones, and nothing has to be stored before the first node starts.

use crate::fingerprint::fnv;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Kafka's text of 128 bits: 22 characters of base64 for URLs.
fn text(bits: u128) -> String {
    (0..22_u32)
        .map(|place| {
            let shift = 122_u32.saturating_sub(place * 6);
            let six = if place == 21 {
                (bits & 3) << 4
            } else {
                (bits >> shift) & 63
            };
            char::from(ALPHABET[usize::try_from(six & 63).unwrap_or_default()])
        })
        .collect()
}

/// Id of a cluster whose object has this UID: the same 128 bits.
#[must_use]
pub fn cluster_id(uid: &str) -> String {
    let digits: String = uid.chars().filter(char::is_ascii_hexdigit).collect();
    text(u128::from_str_radix(&digits, 16).unwrap_or_else(|_| mixed(uid)))
}

/// Id of the directory of a founding controller. Kafka keeps the smallest numbers and ids with a leading dash for
/// itself; the highest two bits are 01 here, so that none of these comes out.
#[must_use]
pub fn directory_id(cluster_id: &str, node_id: i32) -> String {
    let bits = mixed(&format!("{cluster_id}/{node_id}"));
    text((bits & (u128::MAX >> 2)) | (1 << 126))
}

fn mixed(seed: &str) -> u128 {
    let high = fnv(0xcbf2_9ce4_8422_2325, seed.as_bytes());
    let low = fnv(high, seed.as_bytes());
    (u128::from(high) << 64) | u128::from(low)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_of_a_cluster_is_the_uid_of_its_object() {
        // uuid 4b1e… as Kafka's Uuid.toString writes its 16 bytes.
        assert_eq!(
            cluster_id("00000000-0000-0000-0000-000000000001"),
            "AAAAAAAAAAAAAAAAAAAAAQ"
        );
        assert_eq!(
            cluster_id("ffffffff-ffff-ffff-ffff-ffffffffffff"),
            "_____________________w"
        );
    }

    #[test]
    fn founding_controllers_have_directories_of_their_own() {
        let ids: Vec<String> = (1000..1009)
            .map(|id| directory_id("AAAAAAAAAAAAAAAAAAAAAQ", id))
            .collect();
        for id in &ids {
            assert_eq!(id.len(), 22, "{id}");
            assert!(!id.starts_with('-'), "{id}");
            assert_eq!(ids.iter().filter(|other| *other == id).count(), 1);
        }
    }
}

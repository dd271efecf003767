//! Names of snapshot files.

use std::fmt;

use broker_model::Offset;

/// Which part of the log a snapshot stands for: everything before `end_offset`, whose last record has that epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SnapshotId {
    /// Offset after the last record in it.
    pub end_offset: Offset,
    /// Epoch of the last record in it.
    pub epoch: i32,
}

const SUFFIX: &str = ".checkpoint";
const OFFSET_DIGITS: usize = 20;
const EPOCH_DIGITS: usize = 10;

impl SnapshotId {
    /// The snapshot that `format` writes.
    pub const BOOTSTRAP: Self = Self {
        end_offset: Offset::ZERO,
        epoch: 0,
    };

    /// Reads the name of a finished snapshot file; `None` for any other file.
    pub fn from_file_name(name: &str) -> Option<Self> {
        let (offset, epoch) = name.strip_suffix(SUFFIX)?.split_once('-')?;
        let digits =
            |text: &str, count| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(offset, OFFSET_DIGITS) || !digits(epoch, EPOCH_DIGITS) {
            return None;
        }
        Some(Self {
            end_offset: Offset::new(offset.parse().ok()?),
            epoch: epoch.parse().ok()?,
        })
    }
}

impl fmt::Display for SnapshotId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:0offset$}-{:0epoch$}{SUFFIX}",
            self.end_offset.value(),
            self.epoch,
            offset = OFFSET_DIGITS,
            epoch = EPOCH_DIGITS
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_are_kafkas_and_read_back() {
        let id = SnapshotId {
            end_offset: Offset::new(2050),
            epoch: 3,
        };
        assert_eq!(id.to_string(), "00000000000000002050-0000000003.checkpoint");
        assert_eq!(SnapshotId::from_file_name(&id.to_string()), Some(id));
    }

    #[test]
    fn other_files_are_no_snapshots() {
        for name in [
            "bootstrap.checkpoint",
            "00000000000000002050-0000000003.checkpoint.part",
            "00000000000000002050-0000000003.checkpoint.deleted",
            "00000000000000002050.log",
            "99999999999999999999-0000000003.checkpoint",
            "-0000000000000002050-0000000003.checkpoint",
        ] {
            assert_eq!(SnapshotId::from_file_name(name), None, "{name}");
        }
    }
}

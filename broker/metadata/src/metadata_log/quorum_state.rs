//! The file `quorum-state`: the election state of this node's quorum member, as one line of JSON (KIP-595, KIP-853).
//!
//! Only its flat form is read and written: numbers and strings, no nesting but the voter list of data version 0,
//! which is skipped.

use broker_model::{BrokerId, DirectoryId};

use crate::LogFormatError;

/// Who leads the quorum, and for whom this node voted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuorumState {
    /// The leader; [`BrokerId::NONE`] when unknown.
    pub leader: BrokerId,
    /// The epoch.
    pub leader_epoch: i32,
    /// For whom this node voted in this epoch.
    pub voted: BrokerId,
    /// Directory of that candidate.
    pub voted_directory: DirectoryId,
}

impl QuorumState {
    /// A node that leads in that epoch.
    pub const fn leading(leader: BrokerId, leader_epoch: i32) -> Self {
        Self {
            leader,
            leader_epoch,
            voted: BrokerId::NONE,
            voted_directory: DirectoryId::ZERO,
        }
    }

    /// The text of the file.
    pub fn to_text(&self) -> String {
        format!(
            "{{\"leaderId\":{},\"leaderEpoch\":{},\"votedId\":{},\"votedDirectoryId\":\"{}\",\"data_version\":1}}",
            self.leader, self.leader_epoch, self.voted, self.voted_directory
        )
    }

    /// Reads the text of the file.
    ///
    /// # Errors
    /// A field is missing or no number, or the data version is unknown.
    pub fn from_text(text: &str) -> Result<Self, LogFormatError> {
        let version = number(text, "data_version")?;
        if !(0..=1).contains(&version) {
            return Err(malformed(format!("data_version {version} is unknown")));
        }
        let directory = match field(text, "votedDirectoryId") {
            Some(value) => {
                let id = value.trim_matches('"').parse();
                DirectoryId::new(id.map_err(|_| malformed(format!("votedDirectoryId is {value}")))?)
            }
            None => DirectoryId::ZERO,
        };
        Ok(Self {
            leader: BrokerId::new(number(text, "leaderId")?),
            leader_epoch: number(text, "leaderEpoch")?,
            voted: BrokerId::new(number(text, "votedId")?),
            voted_directory: directory,
        })
    }
}

/// The raw value behind `"name":`, up to the next comma or bracket.
fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let start = text.find(&format!("\"{name}\""))? + name.len() + 2;
    let value = text[start..].trim_start().strip_prefix(':')?;
    let end = value.find([',', '}', ']'])?;
    Some(value[..end].trim())
}

fn number(text: &str, name: &'static str) -> Result<i32, LogFormatError> {
    let value = field(text, name).ok_or_else(|| malformed(format!("{name} is missing")))?;
    value.parse().map_err(|_| malformed(format!("{name} is {value}")))
}

const fn malformed(reason: String) -> LogFormatError {
    LogFormatError::Text {
        file: "quorum-state",
        reason,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KAFKAS: &str = "{\"leaderId\":1,\"leaderEpoch\":2,\"votedId\":-1,\
        \"votedDirectoryId\":\"AAAAAAAAAAAAAAAAAAAAAA\",\"data_version\":1}";

    #[test]
    fn the_text_is_kafkas_and_reads_back() {
        let state = QuorumState::leading(BrokerId::new(1), 2);
        assert_eq!(state.to_text(), KAFKAS);
        assert_eq!(QuorumState::from_text(KAFKAS), Ok(state));
    }

    #[test]
    fn the_text_of_older_formats_reads_too() {
        let text = "{\"clusterId\":\"\",\"leaderId\":1,\"leaderEpoch\":7,\"votedId\":1,\"appliedOffset\":0,\
            \"currentVoters\":[{\"voterId\":1}],\"data_version\":0}";
        let state = QuorumState::from_text(text).unwrap();
        assert_eq!((state.leader_epoch, state.voted), (7, BrokerId::new(1)));
    }

    #[test]
    fn damaged_text_is_refused() {
        for text in [
            "",
            "{}",
            "{\"leaderId\":1}",
            "{\"data_version\":9}",
            &KAFKAS[..30],
        ] {
            assert!(QuorumState::from_text(text).is_err(), "{text}");
        }
    }
}

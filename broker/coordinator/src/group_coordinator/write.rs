//! What follows from records being in the log, or from not getting there.

use broker_model::Now;
use broker_protocol::ErrorCode;

use super::{GroupCoordinator, join};
use crate::classic_group::ClassicGroupState;
use crate::group_record::GroupRecord;
use crate::outcome::{Effects, Released, StaticMemberReturn, WriteIntent};

impl GroupCoordinator {
    /// Takes over how the append of an outcome's records went: none or all of them are in the log. What comes of it
    /// may have records in turn.
    pub fn finish_write(
        &mut self,
        now: Now,
        records: &[GroupRecord],
        intent: WriteIntent,
        written: Result<(), ErrorCode>,
    ) -> Effects {
        if written.is_ok() {
            for record in records {
                self.replay(now, record);
            }
        }
        match intent {
            WriteIntent::Answered | WriteIntent::Background => Effects::default(),
            WriteIntent::NewGroup { group, parked } => match written {
                Ok(()) => Effects::default(),
                Err(error) => {
                    self.drop_group(&group);
                    let refused = join::refused(broker_codec::StringBytes::EMPTY, coordinator_error(error));
                    let released = parked.map(|id| Released::Join(id, refused));
                    Effects {
                        released: released.into_iter().collect(),
                        ..Effects::default()
                    }
                }
            },
            WriteIntent::Assignment {
                group,
                generation,
                assignments,
            } => {
                let Some(mut turn) = self.turn(&group, now) else {
                    return Effects::default();
                };
                let is_awaited = turn.group.is(ClassicGroupState::CompletingRebalance);
                if is_awaited && turn.group.generation == generation {
                    match written {
                        Ok(()) => turn.assignment_recorded(assignments),
                        Err(error) => {
                            turn.drop_assignments(coordinator_error(error));
                            turn.rebalance_or_complete_join();
                        }
                    }
                }
                turn.effects
            }
            WriteIntent::StaticMember(returned) => self.finish_return(now, &returned, written),
        }
    }

    fn finish_return(
        &mut self,
        now: Now,
        returned: &StaticMemberReturn,
        written: Result<(), ErrorCode>,
    ) -> Effects {
        let Some(mut turn) = self.turn(&returned.group, now) else {
            return Effects::default();
        };
        match written {
            Ok(()) => turn.static_member_returned(returned),
            Err(error) => turn.static_member_refused(returned, coordinator_error(error)),
        }
        turn.effects
    }
}

/// The error that clients of a coordinator get when its log refuses a record.
pub fn coordinator_error(error: ErrorCode) -> ErrorCode {
    match error {
        ErrorCode::UnknownTopicOrPartition
        | ErrorCode::NotEnoughReplicas
        | ErrorCode::NotEnoughReplicasAfterAppend
        | ErrorCode::RequestTimedOut => ErrorCode::CoordinatorNotAvailable,
        ErrorCode::NotLeaderOrFollower | ErrorCode::KafkaStorageError => ErrorCode::NotCoordinator,
        ErrorCode::MessageTooLarge | ErrorCode::RecordListTooLarge => ErrorCode::UnknownServerError,
        other => other,
    }
}

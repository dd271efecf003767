//! A storm of clients that join, leave, crash and come back, over writes that fail and coordinators that change.
//!
//! Whatever happens: nobody is answered twice, an assignment reaches only the member and the generation that it is
//! for, and once the storm is over every client that is alive is a member of one stable group (I16, I28).

use broker_protocol::ErrorCode;
use broker_protocol::messages::{JoinGroupResponse, SyncGroupResponse};

use super::world::{GROUP, Join, World, commit_by, sync_of_leader};
use crate::{Answer, GroupConfig};

const CLIENTS: usize = 8;
const STEPS: usize = 1_500;

/// Numbers that look random, from a seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

#[derive(Clone, Debug)]
enum Phase {
    Out,
    Joining(Answer<JoinGroupResponse>),
    Joined(JoinGroupResponse),
    Syncing(i32, Answer<SyncGroupResponse>),
    Member(i32),
}

#[derive(Debug)]
struct Client {
    id: String,
    instance: Option<String>,
    phase: Phase,
}

impl Client {
    fn new(number: usize) -> Self {
        Self {
            id: String::new(),
            instance: number.is_multiple_of(3).then(|| format!("i{number}")),
            phase: Phase::Out,
        }
    }

    /// Does what a client does next.
    fn act(&mut self, world: &mut World) {
        match std::mem::replace(&mut self.phase, Phase::Out) {
            Phase::Out => {
                let mut join = Join::new().member(&self.id);
                if let Some(instance) = &self.instance {
                    join = join.instance(instance);
                }
                self.phase = Phase::Joining(world.send_join(&join));
            }
            Phase::Joining(answer) => match world.join_answer(answer.clone()) {
                None => self.phase = Phase::Joining(answer),
                Some(joined) if joined.error_code == 0 => {
                    self.id = joined.member_id.to_string();
                    self.phase = Phase::Joined(joined);
                }
                Some(refused) if refused.error_code == ErrorCode::MemberIdRequired.code() => {
                    self.id = refused.member_id.to_string();
                }
                Some(refused) => self.refused(refused.error_code),
            },
            Phase::Joined(joined) => {
                let texts: Vec<(String, String)> = joined
                    .members
                    .iter()
                    .filter(|_| !joined.skip_assignment)
                    .map(|member| {
                        let id = member.member_id.to_string();
                        (id.clone(), format!("{id} in {}", joined.generation_id))
                    })
                    .collect();
                let assignments: Vec<(&str, &str)> = texts
                    .iter()
                    .map(|(id, text)| (id.as_str(), text.as_str()))
                    .collect();
                let mut sync = sync_of_leader(&joined, &assignments);
                sync.group_instance_id = self.instance.as_deref().map(Into::into);
                self.phase = Phase::Syncing(joined.generation_id, world.send_sync(&sync));
            }
            Phase::Syncing(generation, answer) => match world.sync_answer(answer.clone()) {
                None => self.phase = Phase::Syncing(generation, answer),
                Some(synced) if synced.error_code == 0 => {
                    self.check_assignment(generation, &synced);
                    self.phase = Phase::Member(generation);
                }
                Some(refused) => self.refused(refused.error_code),
            },
            Phase::Member(generation) => match world.commit(&self.commit(generation)) {
                0 => match world.heartbeat(&self.id, generation) {
                    0 => self.phase = Phase::Member(generation),
                    error => self.refused(error),
                },
                // A log that fails commits of a member is its own matter.
                error if world.append.is_err() && error != 0 => self.phase = Phase::Member(generation),
                error => self.refused(error),
            },
        }
    }

    fn commit(&self, generation: i32) -> broker_protocol::messages::OffsetCommitRequest {
        broker_protocol::messages::OffsetCommitRequest {
            group_instance_id: self.instance.as_deref().map(Into::into),
            ..commit_by(&self.id, generation, generation.into())
        }
    }

    /// An assignment is for the member, or for the static member that it took the place of.
    fn check_assignment(&self, generation: i32, synced: &SyncGroupResponse) {
        let text = String::from_utf8(synced.assignment.to_vec()).unwrap();
        let Some((id, of)) = text.split_once(" in ") else {
            assert_eq!(text, "", "nobody assigned that");
            return;
        };
        assert_eq!(of, generation.to_string());
        match &self.instance {
            None => assert_eq!(id, self.id),
            Some(instance) => assert!(id.starts_with(&format!("{instance}-")), "{id}"),
        }
    }

    fn refused(&mut self, error: i16) {
        let keeps_its_id = [
            ErrorCode::RebalanceInProgress,
            ErrorCode::IllegalGeneration,
            ErrorCode::NotCoordinator,
        ];
        if !keeps_its_id.iter().any(|code| code.code() == error) {
            let gone = [
                ErrorCode::UnknownMemberId,
                ErrorCode::FencedInstanceId,
                ErrorCode::InconsistentGroupProtocol,
            ];
            assert!(gone.iter().any(|code| code.code() == error), "{error}");
            self.id.clear();
        }
        self.phase = Phase::Out;
    }

    fn crash(&mut self) {
        self.id.clear();
        self.phase = Phase::Out;
    }
}

fn config() -> GroupConfig {
    GroupConfig {
        initial_rebalance_delay_ms: 100,
        ..GroupConfig::default()
    }
}

fn storm(seed: u64) {
    let mut dice = Dice(seed);
    let mut world = World::with(config());
    let mut clients: Vec<Client> = (0..CLIENTS).map(Client::new).collect();
    for _ in 0..STEPS {
        let client = &mut clients[dice.roll(CLIENTS as u64) as usize];
        match dice.roll(100) {
            0..=1 => client.crash(),
            2..=3 if !client.id.is_empty() => {
                world.leave(&[(&client.id, client.instance.as_deref())]);
                client.crash();
            }
            4..=6 => {
                world.append = match dice.roll(3) {
                    0 => Err(ErrorCode::KafkaStorageError),
                    _ => Ok(()),
                }
            }
            7 => {
                world = world.fail_over(config());
                for client in &mut clients {
                    if matches!(client.phase, Phase::Joining(_) | Phase::Syncing(..)) {
                        client.phase = Phase::Out;
                    }
                }
            }
            8..=25 => world.pass_ms(dice.roll(2_000)),
            _ => client.act(&mut world),
        }
    }
    calm_down(&mut world, &mut clients);
    clean_up(&mut world, &clients);
}

/// Nothing fails any more, and everybody acts in turn.
fn calm_down(world: &mut World, clients: &mut [Client]) {
    world.append = Ok(());
    for _ in 0..600 {
        for client in &mut *clients {
            client.act(world);
        }
        world.pass_ms(250);
    }
    let described = world.coordinator.describe_group(5, &GROUP.into());
    assert_eq!(described.group_state.as_str(), "Stable");
    assert_eq!(described.members.len(), CLIENTS);
    for client in clients {
        assert!(matches!(client.phase, Phase::Member(_)), "{client:?}");
    }
}

fn clean_up(world: &mut World, clients: &[Client]) {
    for client in clients {
        world.leave(&[(&client.id, client.instance.as_deref())]);
    }
    let outcome = world.coordinator.delete_group(&GROUP.into());
    assert_eq!(world.finish(outcome).error_code, 0);
    assert_eq!(world.coordinator.memory.used(), 0, "something is still held");
    assert_eq!(
        world.coordinator.timers.len(),
        1,
        "only the look for expired offsets is left"
    );
}

#[test]
fn a_group_comes_through_a_storm() {
    for seed in 1..=8 {
        storm(seed * 0x9e37_79b9);
    }
}

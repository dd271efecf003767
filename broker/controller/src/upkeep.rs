//! What the controller does unasked, in this order: it fences who fell silent, gives leaderships back to preferred leaders, elects
//! whoever is alive where a topic prefers to lose records rather than time, and goes on with the plan that was started.
//!
//! Each is a decision "records due now"; [`UpkeepSchedule`] says when it is worth asking, and is the soft state of the
//! controller that is active. Invariants: one broker is fenced at a time, because the next decision must see what the
//! first one left; nothing is elected that a request for the same election would not elect.

use broker_metadata::{MetadataChanges, MetadataRecord};
use broker_model::{BrokerId, MonotonicMs};

use crate::leadership::RulesByTopic;
use crate::partition_change::{Election, PartitionChange};
use crate::{BrokerSessions, Outcome, QuorumController, Rebalance, SessionLimits};

/// Most elections in one batch; the rest follow in the next.
const ELECTIONS_PER_BATCH_MAX: usize = 1_000;

/// How often the controller looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UpkeepSettings {
    /// `leader.imbalance.check.interval.seconds` in ms; `None` when `auto.leader.rebalance.enable` is false.
    pub balance_every_ms: Option<u64>,
    /// `unclean.leader.election.interval.ms`.
    pub unclean_every_ms: u64,
}

impl Default for UpkeepSettings {
    fn default() -> Self {
        Self {
            balance_every_ms: Some(300_000),
            unclean_every_ms: 300_000,
        }
    }
}

/// Whether a decision left something for the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remainder {
    /// Nothing.
    None,
    /// More elections are due than fit into a batch.
    More,
}

/// Least time between two looks at a plan: every batch of a busy cluster may concern it.
const PLAN_LOOK_MS: u64 = 100;

/// When the controller looks next.
#[derive(Clone, Debug)]
pub struct UpkeepSchedule {
    settings: UpkeepSettings,
    balance_at: Option<MonotonicMs>,
    unclean_at: MonotonicMs,
    plan: WatchedPlan,
    /// When the plan is looked at; `None` until something changes that may concern it.
    plan_at: Option<MonotonicMs>,
    plan_seen: MonotonicMs,
}

/// The plan in the metadata log, as it was read last.
#[derive(Clone, Debug)]
enum WatchedPlan {
    /// It has to be read.
    Unread,
    /// None is running, or what stands there cannot be read.
    None,
    /// It is being executed.
    Running(Rebalance),
}

impl UpkeepSchedule {
    /// Of a controller that becomes active.
    pub fn begin(settings: UpkeepSettings, now: MonotonicMs) -> Self {
        Self {
            settings,
            balance_at: settings.balance_every_ms.map(|ms| now.plus_ms(ms)),
            unclean_at: now.plus_ms(settings.unclean_every_ms),
            plan: WatchedPlan::Unread,
            plan_at: Some(now),
            plan_seen: now,
        }
    }

    /// Notes what a batch changed: with another configuration an unclean election may be allowed at once, and a plan
    /// may go on when partitions or brokers changed.
    pub fn note(&mut self, changes: &MetadataChanges, now: MonotonicMs) {
        if !changes.configs.is_empty() {
            self.unclean_at = self.unclean_at.min(now);
        }
        if changes.configs.contains(&Rebalance::resource()) {
            self.plan = WatchedPlan::Unread;
            self.plan_at = Some(now);
        }
        let is_running = matches!(self.plan, WatchedPlan::Running(_));
        if is_running && self.plan_at.is_none() && !(changes.topics.is_empty() && changes.brokers.is_empty())
        {
            self.plan_at = Some(now.max(self.plan_seen.plus_ms(PLAN_LOOK_MS)));
        }
    }

    /// When [`QuorumController::upkeep`] has something to look at, if nothing is noted until then.
    pub fn next_deadline(&self) -> MonotonicMs {
        let others = [self.balance_at, self.plan_at].into_iter().flatten();
        others.fold(self.unclean_at, MonotonicMs::min)
    }
}

impl QuorumController {
    /// The sessions that it begins with: of everybody who is not fenced. Who led before fell silent or gave the
    /// leadership up, or this controller would not be active: if it is alive it is heard at once.
    pub fn begin_sessions(
        &self,
        limits: SessionLimits,
        led_before: Option<BrokerId>,
        now: MonotonicMs,
    ) -> BrokerSessions {
        let cluster = &self.image().cluster;
        let heard = cluster.brokers.values().filter(|broker| !broker.fenced);
        let heard = heard.map(|broker| (broker.id, broker.epoch));
        let mut sessions = BrokerSessions::begin(limits, heard, now);
        if let Some(before) = led_before.and_then(|id| cluster.broker(id)) {
            sessions.connection_broke(before.id, before.epoch, now);
        }
        sessions
    }

    /// What is due, and the broker that it fences. One thing at a time, so that none is decided over what another one
    /// changes: who asks asks again until nothing is due.
    pub fn upkeep(
        &self,
        sessions: &mut BrokerSessions,
        schedule: &mut UpkeepSchedule,
        now: MonotonicMs,
    ) -> Outcome<Option<BrokerId>> {
        let fenced = self.fence_silent_broker(sessions, now);
        if fenced.response.is_some() {
            return fenced;
        }
        // The others are fenced by now, or are another process by now; the next heartbeat begins a session anew.
        sessions.forget_expired(now);
        Outcome::new(self.scheduled(schedule, now), None)
    }

    fn scheduled(&self, schedule: &mut UpkeepSchedule, now: MonotonicMs) -> Vec<MetadataRecord> {
        if schedule.unclean_at <= now {
            let outcome = self.elect_unclean_where_allowed();
            if outcome.response == Remainder::None {
                schedule.unclean_at = now.plus_ms(schedule.settings.unclean_every_ms);
            }
            return outcome.records;
        }
        if schedule.balance_at.is_some_and(|at| at <= now) {
            let outcome = self.balance_leaders();
            if outcome.response == Remainder::None {
                schedule.balance_at = schedule.settings.balance_every_ms.map(|ms| now.plus_ms(ms));
            }
            return outcome.records;
        }
        if schedule.plan_at.is_some_and(|at| at <= now) {
            return self.go_on_with_plan(schedule, now);
        }
        Vec::new()
    }

    fn go_on_with_plan(&self, schedule: &mut UpkeepSchedule, now: MonotonicMs) -> Vec<MetadataRecord> {
        schedule.plan_at = None;
        schedule.plan_seen = now;
        if let WatchedPlan::Unread = schedule.plan {
            schedule.plan = match Rebalance::load(self.image()) {
                Ok(Some(plan)) if plan.is_running() => WatchedPlan::Running(plan),
                // One that cannot be read is told to whoever asks for it; nothing is guessed from it.
                Ok(_) | Err(_) => WatchedPlan::None,
            };
        }
        match &schedule.plan {
            WatchedPlan::Running(plan) => self.advance_rebalance(plan).records,
            WatchedPlan::Unread | WatchedPlan::None => Vec::new(),
        }
    }

    /// Gives partitions back to their preferred leaders where these can lead.
    pub fn balance_leaders(&self) -> Outcome<Remainder> {
        let strays = &self.image().topics.indexes().not_preferred;
        self.elect_each(strays, |_| Some(Election::Preferred))
    }

    /// Elects a replica that is alive for every partition that nobody leads, where the topic allows it.
    pub fn elect_unclean_where_allowed(&self) -> Outcome<Remainder> {
        let leaderless = &self.image().topics.indexes().leaderless;
        self.elect_each(leaderless, |by_config| {
            (by_config == Election::Unclean).then_some(by_config)
        })
    }

    fn elect_each(
        &self,
        partitions: &broker_metadata::image::PartitionSet,
        election: impl Fn(Election) -> Option<Election>,
    ) -> Outcome<Remainder> {
        let mut records: Vec<MetadataRecord> = Vec::new();
        let mut rules_by_topic = RulesByTopic::new(self);
        for (topic, indexes) in self.by_name(partitions) {
            let by_config = rules_by_topic.of(topic);
            let Some(election) = election(by_config.election) else {
                continue;
            };
            let rules = crate::partition_change::ElectionRules {
                election,
                ..by_config
            };
            for (index, partition) in indexes.iter().filter_map(|at| Some((*at, topic.partition(*at)?))) {
                if records.len() >= ELECTIONS_PER_BATCH_MAX {
                    return Outcome::new(records, Remainder::More);
                }
                let change = PartitionChange::new(partition, rules, |id| self.can_lead(partition, id));
                let change = change.record(topic.id, index).filter(|change| change.leader >= 0);
                records.extend(change.map(MetadataRecord::from));
            }
        }
        Outcome::new(records, Remainder::None)
    }

    /// Fences the broker that is silent for the longest time, if one is.
    fn fence_silent_broker(&self, sessions: &BrokerSessions, now: MonotonicMs) -> Outcome<Option<BrokerId>> {
        for (id, epoch) in sessions.expired(now) {
            let is_unfenced = self
                .image()
                .cluster
                .broker(id)
                .is_some_and(|broker| !broker.fenced);
            if let (true, Ok(outcome)) = (is_unfenced, self.fence_broker(id, epoch)) {
                return Outcome::new(outcome.records, Some(id));
            }
        }
        Outcome::answer(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::small_world::{World, ids};

    fn at(ms: u64) -> MonotonicMs {
        MonotonicMs::from_ms(ms)
    }

    const LIMITS: SessionLimits = SessionLimits {
        session_ms: 9_000,
        reconnect_ms: 300,
    };

    /// Nobody who could fall silent.
    fn nobody() -> BrokerSessions {
        BrokerSessions::begin(LIMITS, [], at(0))
    }

    /// `t-0` of brokers 1 to 3 whose preferred leader came back into the set and does not lead.
    fn stray() -> (World, BrokerId) {
        let mut world = World::with_brokers(3);
        world.create("t", 1, 3);
        let preferred = world.partition("t", 0).preferred_leader();
        world.fence(preferred.value());
        world.unfence(preferred.value());
        (world, preferred)
    }

    fn rejoin(world: &mut World) {
        let members = world.partition("t", 0).replicas.clone();
        world.set_isr("t", 0, &members);
    }

    #[test]
    fn a_preferred_leader_leads_again_once_it_is_in_sync() {
        let (mut world, preferred) = stray();
        let outcome = world.controller.balance_leaders();
        assert!(outcome.records.is_empty(), "it is not in sync");
        rejoin(&mut world);
        let outcome = world.controller.balance_leaders();
        assert_eq!(world.commit(outcome), Remainder::None);
        assert_eq!(world.partition("t", 0).leader, preferred);
        assert!(world.controller.balance_leaders().records.is_empty());
    }

    #[test]
    fn a_preferred_leader_that_is_only_eligible_waits_until_it_is_in_sync() {
        let mut world = World::with_brokers(3);
        world.create_with("t", 1, 3, &[("min.insync.replicas", "2")]);
        let members = world.partition("t", 0).replicas.clone();
        world.fence(members[1].value());
        world.fence(members[0].value());
        world.unfence(members[0].value());
        let partition = world.partition("t", 0);
        assert_eq!(
            (&partition.isr[..], &partition.elr[..]),
            (&members[2..], &members[..1])
        );
        assert!(
            world.controller.balance_leaders().records.is_empty(),
            "a leader is in sync"
        );
    }

    #[test]
    fn upkeep_balances_when_it_is_due_and_not_before() {
        let (mut world, preferred) = stray();
        rejoin(&mut world);
        let mut schedule = UpkeepSchedule::begin(UpkeepSettings::default(), at(0));
        schedule.unclean_at = at(900_000);
        let nothing = world.controller.upkeep(&mut nobody(), &mut schedule, at(0));
        assert!(nothing.records.is_empty(), "no plan was started");
        assert_eq!(schedule.next_deadline(), at(300_000));
        let early = world.controller.upkeep(&mut nobody(), &mut schedule, at(299_999));
        assert!(early.records.is_empty());
        let due = world.controller.upkeep(&mut nobody(), &mut schedule, at(300_000));
        world.commit(due);
        assert_eq!(world.partition("t", 0).leader, preferred);
        assert_eq!(schedule.next_deadline(), at(600_000));
    }

    #[test]
    fn nothing_is_balanced_when_it_is_switched_off() {
        let settings = UpkeepSettings {
            balance_every_ms: None,
            ..UpkeepSettings::default()
        };
        let mut schedule = UpkeepSchedule::begin(settings, at(0));
        let (mut world, _) = stray();
        rejoin(&mut world);
        for ms in [300_000, 700_000] {
            let outcome = world.controller.upkeep(&mut nobody(), &mut schedule, at(ms));
            assert!(outcome.records.is_empty());
        }
    }

    /// `t-0` of brokers 1 and 2 without eligible leaders kept; the last in sync is gone and the other is alive.
    fn leaderless() -> World {
        let mut world = World::without_elr(2);
        world.create("t", 1, 2);
        let last = world.partition("t", 0).leader.value();
        world.fence(3 - last);
        world.fence(last);
        world.unfence(3 - last);
        assert!(!world.partition("t", 0).has_leader());
        world
    }

    #[test]
    fn a_topic_that_is_allowed_to_lose_records_is_led_as_soon_as_it_is_allowed() {
        let mut world = leaderless();
        let outcome = world.controller.elect_unclean_where_allowed();
        assert!(outcome.records.is_empty(), "the topic forbids it");
        let mut schedule = UpkeepSchedule::begin(UpkeepSettings::default(), at(0));
        assert!(
            world
                .controller
                .upkeep(&mut nobody(), &mut schedule, at(0))
                .records
                .is_empty()
        );
        let changes = world.configure("t", "unclean.leader.election.enable", "true");
        schedule.note(&changes, at(10));
        assert_eq!(schedule.next_deadline(), at(10));
        let due = world.controller.upkeep(&mut nobody(), &mut schedule, at(10));
        world.commit(due);
        let partition = world.partition("t", 0);
        assert!(partition.has_leader());
        assert_eq!(
            partition.leader_recovery_state,
            broker_metadata::LeaderRecoveryState::Recovering
        );
        assert_eq!(schedule.next_deadline(), at(300_000));
    }

    #[test]
    fn more_elections_than_fit_are_due_again_at_once() {
        let mut world = World::with_brokers(2);
        world.create("t", 1_100, 2);
        world.fence(1);
        world.unfence(1);
        for index in 0..1_100 {
            let replicas = world.partition("t", index).replicas.clone();
            world.set_isr("t", index, &replicas);
        }
        let strays = |world: &World| world.controller.image().topics.indexes().not_preferred.len();
        let before = strays(&world);
        let outcome = world.controller.balance_leaders();
        let first = outcome.records.len();
        assert_eq!(first, before.min(ELECTIONS_PER_BATCH_MAX));
        world.commit(outcome);
        assert_eq!(strays(&world), before - first);
    }

    #[test]
    fn a_plan_that_was_started_runs_by_itself_and_under_the_next_controller_too() {
        let mut world = World::with_brokers(3);
        world.create_on("t", &[&[1], &[1], &[1], &[1]]);
        world.start_drain(1, 1);
        let mut schedule = UpkeepSchedule::begin(UpkeepSettings::default(), at(0));
        let mut looks = 0;
        for ms in (0..5_000).step_by(50) {
            if ms == 200 {
                world.fail_over();
                schedule = UpkeepSchedule::begin(UpkeepSettings::default(), at(ms));
            }
            if schedule.next_deadline() > at(ms) {
                continue;
            }
            looks += 1;
            let outcome = world.controller.upkeep(&mut nobody(), &mut schedule, at(ms));
            let changes = world.replay(outcome.records);
            schedule.note(&changes, at(ms));
            for changes in world.catch_up() {
                schedule.note(&changes, at(ms));
            }
        }
        let indexes = world.controller.image().topics.indexes();
        assert!(indexes.of(BrokerId::new(1)).is_none(), "1 is empty");
        assert!(
            !Rebalance::load(world.controller.image())
                .unwrap()
                .unwrap()
                .is_running()
        );
        assert!(
            looks < 20,
            "it looks when something changed, and not at every moment: {looks}"
        );
    }

    #[test]
    fn silent_brokers_are_fenced_one_after_another() {
        let mut world = World::with_brokers(3);
        world.create("t", 1, 3);
        let registered = ids(&[1, 2]).into_iter().map(|id| (id, world.epoch(id.value())));
        let mut sessions = BrokerSessions::begin(LIMITS, registered, at(0));
        let mut schedule = UpkeepSchedule::begin(UpkeepSettings::default(), at(0));
        let mut fenced = Vec::new();
        while sessions.next_expiry().is_some() {
            let outcome = world.controller.upkeep(&mut sessions, &mut schedule, at(9_000));
            fenced.extend(world.commit(outcome));
        }
        assert_eq!(fenced, ids(&[1, 2]));
        assert_eq!(world.partition("t", 0).leader, BrokerId::new(3));
        assert_eq!(world.partition("t", 0).isr, ids(&[3]));
    }

    #[test]
    fn a_broker_whose_fencing_was_not_written_is_fenced_again() {
        let mut world = World::with_brokers(2);
        let registered = ids(&[1]).into_iter().map(|id| (id, world.epoch(id.value())));
        let mut sessions = BrokerSessions::begin(LIMITS, registered, at(0));
        let mut schedule = UpkeepSchedule::begin(UpkeepSettings::default(), at(0));
        let lost = world.controller.upkeep(&mut sessions, &mut schedule, at(9_000));
        assert_eq!(lost.response, Some(BrokerId::new(1)));
        let again = world.controller.upkeep(&mut sessions, &mut schedule, at(9_000));
        assert_eq!(world.commit(again), Some(BrokerId::new(1)));
    }

    #[test]
    fn who_led_before_has_the_grace_and_the_others_a_whole_session() {
        let world = World::with_brokers(3);
        let sessions = world
            .controller
            .begin_sessions(LIMITS, Some(BrokerId::new(2)), at(1_000));
        let expired = |ms| {
            sessions
                .expired(at(ms))
                .into_iter()
                .map(|(id, _)| id)
                .collect::<Vec<_>>()
        };
        assert_eq!(expired(1_300), ids(&[2]));
        assert_eq!(expired(9_999), ids(&[2]));
        assert_eq!(expired(10_000).len(), 3);
    }

    #[test]
    fn who_was_fenced_before_is_not_waited_for() {
        let mut world = World::with_brokers(2);
        world.fence(1);
        let sessions = world
            .controller
            .begin_sessions(LIMITS, Some(BrokerId::new(1)), at(0));
        assert_eq!(sessions.expired(at(9_000)).len(), 1);
    }
}

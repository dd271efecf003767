//! What the quorum must not forget: topics made, deleted and made anew while controllers die.

use std::time::{Duration, Instant};

use broker_client::NewTopic;
use history_checker::{Event, Outcome};

use crate::error::LabError;
use crate::world::{SYNC, World};

/// Longest time until a change that was acknowledged is known to every broker.
const APPLIED: Duration = Duration::from_secs(30);
const RETENTION: &str = "retention.ms";

fn topic(name: &str, partitions: i32, copies: i16) -> NewTopic {
    NewTopic {
        name: name.to_owned(),
        partitions: Some(partitions),
        replicas: Some(copies),
        configs: Vec::new(),
    }
}

/// Makes or deletes a topic and writes down how that ended.
fn change(world: &mut World, name: &str, exists: bool) -> Outcome {
    let history = world.history();
    let invoked = history.now();
    let answer = match exists {
        true => world.cluster.admin.create(&topic(name, 3, 3)),
        false => world.cluster.admin.delete(name),
    };
    let result = if answer.is_ok() {
        Outcome::Ok
    } else {
        Outcome::Info
    };
    if answer.is_err() {
        world.cluster.admin.hang_up();
    }
    history.write(&Event::Write {
        register: format!("topic {name}"),
        value: if exists { "there" } else { "gone" }.to_owned(),
        invoked,
        completed: history.now(),
        result,
    });
    result
}

/// Writes down which of the topics are there.
pub(super) fn look(world: &mut World, names: &[String]) -> Result<(), LabError> {
    let history = world.history();
    let invoked = history.now();
    let (there, _) = world.eventually("a list of topics", SYNC, |cluster| cluster.admin.topics())?;
    for name in names {
        let value = if there.contains(name) { "there" } else { "gone" };
        history.write(&Event::Read {
            register: format!("topic {name}"),
            value: Some(value.to_owned()),
            invoked,
            completed: history.now(),
        });
    }
    Ok(())
}

pub(super) fn kill_controllers(world: &mut World) -> Result<(), LabError> {
    let mut names = Vec::new();
    for count in 1..=world.cluster.size() {
        let first = world.cluster.controller()?.leader;
        let size = world.cluster.size();
        let victims: Vec<i32> = (0..count).map(|step| (first - 1 + step) % size + 1).collect();
        let name = format!("before-{count}");
        change(world, &name, true);
        names.push(name);
        let target = format!("{count} controllers from node {first}");
        world.begin("kill -9", &target);
        for victim in &victims {
            world.cluster.node(*victim)?.kill();
        }
        world.sleep(Duration::from_secs(5));
        world.end("kill -9", &target);
        for victim in &victims {
            world.cluster.node(*victim)?.start()?;
        }
        world.cluster.wait_for_brokers(size)?;
        world.wait_in_sync(SYNC);
        look(world, &names)?;
        world.sleep(world.pace.warm);
    }
    Ok(())
}

pub(super) fn churn(world: &mut World) -> Result<(), LabError> {
    const AT_ONCE: u32 = 50;
    let rounds = world.pace.repeats * 10;
    let began = Instant::now();
    let mut last: Vec<String> = Vec::new();
    let (mut kept, mut made, mut deleted) = (Vec::new(), 0, 0);
    let victim = world.some_leader()?;
    let target = format!("node {victim}");
    for round in 0..rounds {
        let names: Vec<String> = (0..AT_ONCE)
            .map(|number| format!("churn-{round}-{number}"))
            .collect();
        changed(world, &names, true)?;
        made += names.len();
        // Of each lot two stay, to be looked for at the end.
        deleted += last.len();
        changed(world, &last, false)?;
        last = names;
        kept.extend(last.drain(..2));
        if round == rounds / 3 {
            world.begin("kill -9", &target);
            world.cluster.node(victim)?.kill();
        }
        if round == rounds * 2 / 3 {
            world.end("kill -9", &target);
            world.cluster.node(victim)?.start()?;
        }
    }
    let seconds = began.elapsed().as_secs_f64();
    world.note(format!(
        "{made} topics made and {deleted} deleted in {seconds:.0} s"
    ));
    world.wait_in_sync(SYNC);
    look(world, &kept)?;
    let (there, _) = world.eventually("a list of topics", SYNC, |cluster| cluster.admin.topics())?;
    let left = there.iter().filter(|name| name.starts_with("churn-")).count();
    let wanted = kept.len() + last.len();
    world.require(left == wanted, || {
        format!("{left} topics are there, and not {wanted}")
    });
    let resident: Vec<String> = world
        .cluster
        .nodes
        .iter()
        .map(|node| format!("{}", node.resident() >> 20))
        .collect();
    world.note(format!("resident MiB {}", resident.join("/")));
    Ok(())
}

/// Makes or deletes many topics, again until all of it is acknowledged, and writes that down.
pub(super) fn changed(world: &mut World, names: &[String], exist: bool) -> Result<(), LabError> {
    if names.is_empty() {
        return Ok(());
    }
    let history = world.history();
    let invoked = history.now();
    world.eventually("a change of topics", SYNC, |cluster| {
        match cluster.admin.change_many(names, exist)? {
            0 => Ok(()),
            refused => Err(LabError::Unusable(format!(
                "{refused} of {} topics were refused",
                names.len()
            ))),
        }
    })?;
    for name in names {
        history.write(&Event::Write {
            register: format!("topic {name}"),
            value: if exist { "there" } else { "gone" }.to_owned(),
            invoked,
            completed: history.now(),
            result: Outcome::Ok,
        });
    }
    Ok(())
}

pub(super) fn made_anew(world: &mut World) -> Result<(), LabError> {
    for round in 0..world.pace.repeats {
        change(world, "reborn", true);
        let history = world.history();
        world.sleep(Duration::from_millis(500));
        let found = world.eventually("the extents", SYNC, |cluster| cluster.admin.extents("reborn", 3));
        let (extents, _) = found?;
        let empty = extents.iter().all(|extent| extent.high == 0);
        world.require(empty, || {
            format!("round {round}: a topic made anew has records of the one before: {extents:?}")
        });
        let bootstrap = world.cluster.bootstrap();
        let sent = crate::load::send_some(&bootstrap, &history, "reborn", (round, 300))?;
        world.require(sent == 300, || {
            format!("round {round}: {sent} of 300 records were acknowledged")
        });
        change(world, "reborn", false);
    }
    Ok(())
}

pub(super) fn acknowledged_then_killed(world: &mut World) -> Result<(), LabError> {
    let mut names = Vec::new();
    for round in 0..world.pace.repeats.div_ceil(2) {
        let name = format!("kept-{round}");
        let made = change(world, &name, true);
        let retention = (3_600_000 + round).to_string();
        let configured = world.cluster.admin.configure(&name, RETENTION, &retention);
        let controller = world.cluster.controller()?.leader;
        let target = format!("node {controller}, the controller");
        world.begin("kill -9", &target);
        world.cluster.node(controller)?.kill();
        world.require(made == Outcome::Ok, || format!("{name} was not made"));
        world.require(configured.is_ok(), || {
            format!("{name} was not configured: {configured:?}")
        });
        names.push(name.clone());
        world.sleep(Duration::from_secs(2));
        world.cluster.admin.hang_up();
        look(world, &names)?;
        let alive: Vec<i32> = (1..=world.cluster.size())
            .filter(|id| *id != controller)
            .collect();
        applied(world, &alive, &name, &retention)?;
        world.end("kill -9", &target);
        world.cluster.node(controller)?.start()?;
        world.wait_in_sync(SYNC);
        applied(world, &[controller], &name, &retention)?;
    }
    world.note("topics and configurations; access rules come later".to_owned());
    Ok(())
}

/// The configuration is what was acknowledged, on each of these nodes.
fn applied(world: &mut World, nodes: &[i32], topic: &str, retention: &str) -> Result<(), LabError> {
    for node in nodes {
        let (host, port) = (
            world.cluster.network.host(*node),
            world.cluster.network.ports(*node).0,
        );
        world.eventually(&format!("{RETENTION} on node {node}"), APPLIED, |cluster| {
            let found = cluster.admin.configured_at((&host, port), topic, RETENTION)?;
            match found.as_deref() == Some(retention) {
                true => Ok(()),
                false => Err(LabError::Unusable(format!(
                    "{topic} has {found:?} and not {retention}"
                ))),
            }
        })?;
    }
    Ok(())
}

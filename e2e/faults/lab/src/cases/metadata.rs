//! What the quorum must not forget: topics made, deleted and made anew while controllers die.

use std::time::Duration;

use broker_client::NewTopic;
use history_checker::{Event, Outcome};

use crate::error::LabError;
use crate::world::World;

const SYNC: Duration = Duration::from_secs(60);

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
fn look(world: &mut World, names: &[String]) -> Result<(), LabError> {
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
    let rounds = world.pace.repeats * 10;
    let mut names = Vec::new();
    let mut unknown = 0;
    let victim = world.some_leader()?;
    for round in 0..rounds {
        let name = format!("churn-{round}");
        unknown += u32::from(change(world, &name, true) != Outcome::Ok);
        if round % 2 == 1 {
            let old = format!("churn-{}", round - 1);
            unknown += u32::from(change(world, &old, false) != Outcome::Ok);
        }
        names.push(name);
        let target = format!("node {victim}");
        if round == rounds / 3 {
            world.begin("kill -9", &target);
            world.cluster.node(victim)?.kill();
        }
        if round == rounds * 2 / 3 {
            world.end("kill -9", &target);
            world.cluster.node(victim)?.start()?;
        }
    }
    world.note(format!(
        "{rounds} topics made, {} deleted, {unknown} answers unknown",
        rounds / 2
    ));
    world.wait_in_sync(SYNC);
    // A topic that was unknown may be there or not; one that was acknowledged must be.
    look(world, &names)
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
        let controller = world.cluster.controller()?.leader;
        let target = format!("node {controller}, the controller");
        world.begin("kill -9", &target);
        world.cluster.node(controller)?.kill();
        world.require(made == Outcome::Ok, || format!("{name} was not made"));
        names.push(name);
        world.sleep(Duration::from_secs(2));
        world.cluster.admin.hang_up();
        look(world, &names)?;
        world.end("kill -9", &target);
        world.cluster.node(controller)?.start()?;
        world.wait_in_sync(SYNC);
    }
    world.note("topics only: access rules come later".to_owned());
    Ok(())
}

//! A permission that the operator lacks: named in a condition, written once, gone when it is given.

use operator_api::condition::{READY, STALLED};

use crate::crashes::{CHANGES, settled};
use crate::small_world::Fault;

/// A permission that is missing is named where the user looks, is written once, and passes by itself.
#[tokio::test]
async fn a_missing_permission_is_a_condition_and_recovers() {
    let spec = CHANGES[0].1;
    for (missing, resource) in [
        (("list", "statefulsets"), "statefulsets.apps"),
        (("list", "pods"), "pods"),
        (("patch", "statefulsets"), "statefulsets.apps"),
        (("delete", "pods"), "pods"),
    ] {
        let world = settled().await;
        world.apply(spec);
        world.state().forbidden = Some(missing);
        for _ in 0..6 {
            // Fails as long as the permission is missing, where it was needed for a write.
            drop(world.pass().await);
        }
        assert_eq!(
            world.condition(STALLED),
            ("True".to_owned(), "Forbidden".to_owned()),
            "{missing:?}"
        );
        let status = world.cluster().status.unwrap_or_default();
        let stalled = status
            .conditions
            .iter()
            .find(|condition| condition.type_ == STALLED)
            .unwrap();
        let words = format!("the operator may not {} {resource}", missing.0);
        assert!(stalled.message.starts_with(&words), "{}", stalled.message);
        let before = world.written();
        for _ in 0..3 {
            drop(world.pass().await);
        }
        assert_eq!(world.written(), before, "{missing:?}: told once");
        world.state().forbidden = None;
        world.settle().await;
        assert_eq!(
            world.condition(STALLED),
            (String::new(), String::new()),
            "{missing:?}"
        );
        assert_eq!(world.condition(READY).0, "True");
        assert_eq!(
            world.state().log.len(),
            3,
            "{missing:?}: every node was restarted once"
        );
    }
}

/// Another failure while a permission is missing is not taken for its end, and is told to whoever repeats the pass.
#[tokio::test]
async fn another_failure_does_not_end_a_missing_permission() {
    let world = settled().await;
    world.apply(CHANGES[0].1);
    world.state().forbidden = Some(("patch", "statefulsets"));
    for _ in 0..3 {
        drop(world.pass().await);
    }
    world.state().forbidden = None;
    let mut failed = 0;
    for number in 0..40 {
        let world = world.copied();
        world.state().fault = Some((number, Fault::Refused));
        let before = world.condition(STALLED).1;
        assert_eq!(before, "Forbidden");
        if world.pass().await.is_err() {
            failed += 1;
            world.settle().await;
        }
    }
    assert!(failed > 0, "a failed write fails the pass");
}

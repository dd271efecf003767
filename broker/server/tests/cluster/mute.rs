//! A broker whose connections to the controllers go mute: nothing comes through them any more, and nobody closes them.

use broker_model::BrokerId;
use broker_server::boot::RunningBroker;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::world::{Cluster, Voters, free_ports};

/// What becomes of connections.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ways {
    /// Those that come carry what is sent, whatever comes later.
    Last,
    /// Those that come carry what is sent for now.
    Carry,
    /// These are mute, and so are those that come.
    Mute,
    /// Those that come carry again.
    Again,
}

/// A port through which another one is reached.
async fn way_to(target: u16, ways: watch::Receiver<Ways>) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (near, _) = listener.accept().await.unwrap();
            tokio::spawn(carry(near, target, ways.clone()));
        }
    });
    port
}

/// Both ends stay open when it carries nothing any more.
async fn carry(mut near: TcpStream, target: u16, mut ways: watch::Receiver<Ways>) {
    let at_first = *ways.borrow_and_update();
    if at_first == Ways::Mute {
        return std::future::pending().await;
    }
    let Ok(mut far) = TcpStream::connect(("127.0.0.1", target)).await else {
        return;
    };
    tokio::select! {
        _closed = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
        _changed = ways.changed(), if at_first != Ways::Last => std::future::pending().await,
    }
}

fn is_active(node: &RunningBroker, id: i32) -> bool {
    node.broker().image.load().cluster.is_active(BrokerId::new(id))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broker_takes_another_way_to_its_controller_when_the_one_that_it_has_goes_mute() {
    let ways = watch::Sender::new(Ways::Last);
    let (ports, mut told) = (free_ports(), [0; 3]);
    for (port, told) in ports.iter().zip(&mut told) {
        *told = way_to(*port, ways.subscribe()).await;
    }
    let advertised = |id: i32| {
        let port = told[usize::try_from(id - 1).unwrap()];
        vec![("advertised.listeners", format!("CONTROLLER://127.0.0.1:{port}"))]
    };
    let mut cluster = Cluster::start_on(ports, Voters::Fixed, advertised).await;
    cluster.everybody_sees(&[1, 2, 3]).await;
    ways.send_replace(Ways::Carry);
    let behind = cluster.add_behind(&told).await;
    cluster.everybody_sees(&[1, 2, 3, behind]).await;

    ways.send_replace(Ways::Mute);
    cluster
        .until("the controllers hear the broker no more", |node| {
            node.broker().node_id == BrokerId::new(behind) || !is_active(node, behind)
        })
        .await;
    ways.send_replace(Ways::Again);
    cluster.everybody_sees(&[1, 2, 3, behind]).await;
    cluster.stop().await;
}

//! Three brokers of one side: started, hurt, made whole and ended.

use std::time::{Duration, Instant};

use broker_client::{Client, ClientOptions};
use broker_model::BrokerId;
use rustix::process::Signal;

use crate::Failure;
use crate::lab::{Broker, Lab, Site};
use crate::side::Side;

/// Longest wait until all brokers serve.
const READY_WITHIN: Duration = Duration::from_secs(120);
/// Longest wait for brokers that were asked to end; then they are killed.
const STOP_WITHIN: Duration = Duration::from_secs(45);

/// A cluster; node `n` stands at `n - 1`.
#[derive(Debug)]
pub struct Nodes {
    side: Side,
    sites: Vec<Site>,
    brokers: Vec<Option<Broker>>,
    names: usize,
}

impl Nodes {
    /// A cluster without data whose brokers all serve.
    pub async fn begin(lab: &Lab, side: Side, name: &str) -> Result<Self, Failure> {
        let sites = lab.cluster_sites(side, name)?;
        let brokers = sites.iter().map(|_| None).collect();
        let mut nodes = Self {
            side,
            sites,
            brokers,
            names: 0,
        };
        nodes.launch_all(lab)?;
        nodes.all_in_service().await?;
        Ok(nodes)
    }

    /// Starts the processes that do not run.
    pub fn launch_all(&mut self, lab: &Lab) -> Result<(), Failure> {
        for (site, broker) in self.sites.iter().zip(&mut self.brokers) {
            if broker.is_none() {
                *broker = Some(lab.launch(site)?);
            }
        }
        Ok(())
    }

    /// Waits until every broker is in service.
    pub async fn all_in_service(&mut self) -> Result<(), Failure> {
        let deadline = Instant::now() + READY_WITHIN;
        let bootstrap = self.bootstrap();
        loop {
            for broker in self.brokers.iter_mut().flatten() {
                broker.process.require_running()?;
            }
            let in_service = in_service(&bootstrap).await.unwrap_or(0);
            if in_service == self.sites.len() {
                return Ok(());
            }
            if Instant::now() > deadline {
                return Err(format!("{in_service} brokers serve after {READY_WITHIN:?}").into());
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// A name that was not given before.
    pub fn fresh_name(&mut self, prefix: &str) -> String {
        self.names += 1;
        format!("{prefix}-{}", self.names)
    }

    /// Whose they are.
    pub fn side(&self) -> Side {
        self.side
    }

    /// Where clients connect.
    pub fn bootstrap(&self) -> String {
        let addresses: Vec<String> = self.sites.iter().map(Site::address).collect();
        addresses.join(",")
    }

    /// Where clients connect that must not ask `without`.
    pub fn bootstrap_without(&self, without: BrokerId) -> String {
        let others = self
            .sites
            .iter()
            .zip(1..)
            .filter(|(_, id)| *id != without.value());
        let addresses: Vec<String> = others.map(|(site, _)| site.address()).collect();
        addresses.join(",")
    }

    /// Address of each.
    pub fn addresses(&self) -> Vec<String> {
        self.sites.iter().map(Site::address).collect()
    }

    /// A client with its own connections.
    pub async fn client(&self) -> Result<Client, Failure> {
        connected(&self.bootstrap()).await
    }

    /// Processor time of all so far.
    pub fn cpu_time(&self) -> Result<Duration, Failure> {
        let mut sum = Duration::ZERO;
        for broker in self.brokers.iter().flatten() {
            sum += broker.process.cpu_time()?;
        }
        Ok(sum)
    }

    /// Ends one at once.
    pub fn kill(&mut self, id: BrokerId) -> Result<(), Failure> {
        let index = usize::try_from(id.value() - 1)?;
        let broker = self.brokers.get_mut(index).and_then(Option::take);
        broker.ok_or("the broker does not run")?.process.kill()
    }

    /// Sends a signal to one.
    pub fn signal(&self, id: BrokerId, signal: Signal) -> Result<(), Failure> {
        let index = usize::try_from(id.value() - 1)?;
        let broker = self.brokers.get(index).and_then(Option::as_ref);
        broker.ok_or("the broker does not run")?.process.signal(signal)
    }

    /// Asks all to end at once and waits; answers how long it took, nothing if one had to be killed.
    pub fn stop_all(&mut self) -> Result<Option<Duration>, Failure> {
        let start = Instant::now();
        for broker in self.brokers.iter().flatten() {
            broker.process.signal(Signal::TERM)?;
        }
        let mut in_order = true;
        for broker in self.brokers.iter_mut().filter_map(Option::take) {
            let mut process = broker.process;
            let left = STOP_WITHIN.saturating_sub(start.elapsed());
            if !process.ends_within(left.max(Duration::from_millis(50)))? {
                in_order = false;
                process.kill()?;
            }
        }
        Ok(in_order.then(|| start.elapsed()))
    }

    /// Ends all at once and removes their data.
    pub fn clear(mut self) -> Result<(), Failure> {
        for broker in self.brokers.iter_mut().filter_map(Option::take) {
            broker.process.kill()?;
        }
        for site in self.sites {
            site.clear()?;
        }
        Ok(())
    }
}

/// A client that gives up early and tries often.
pub async fn connected(bootstrap: &str) -> Result<Client, Failure> {
    let options = ClientOptions {
        connect_timeout: Duration::from_secs(1),
        back_off: Duration::from_millis(5),
        back_off_max: Duration::from_millis(50),
        ..ClientOptions::default()
    };
    Ok(Client::connect(bootstrap, options).await?)
}

async fn in_service(bootstrap: &str) -> Result<usize, Failure> {
    let options = ClientOptions {
        connect_timeout: Duration::from_millis(500),
        request_timeout: Duration::from_secs(2),
        call_timeout: Duration::from_millis(500),
        back_off: Duration::from_millis(5),
        ..ClientOptions::default()
    };
    let client = Client::connect(bootstrap, options).await?;
    let cluster = client.describe_cluster().await?;
    Ok(cluster.brokers.iter().filter(|broker| !broker.is_fenced).count())
}

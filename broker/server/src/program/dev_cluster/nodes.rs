//! The processes of a development cluster: started, frozen, ended.
//!
//! Owns them. Invariant: none outlives this: they are ended when this is dropped, and a node ends by itself when this
//! process is gone, however that happened. Nodes are in process groups of their own, so that a Ctrl-C reaches this
//! process alone.

use std::io;
use std::process::Child;

use operator_laptop::node_process;
use rustix::process::{Pid, Signal, kill_process};

use super::layout::NodeLayout;

/// A node and its process.
#[derive(Debug)]
struct Node {
    layout: NodeLayout,
    child: Option<Child>,
}

/// All nodes.
#[derive(Debug)]
pub(super) struct Nodes {
    nodes: Vec<Node>,
    overrides: Vec<(String, String)>,
}

impl Nodes {
    /// Nodes that do not run yet, with these configurations beside those of their files.
    pub(super) fn new(layouts: Vec<NodeLayout>, overrides: Vec<(String, String)>) -> Self {
        let node = |layout| Node { layout, child: None };
        Self {
            nodes: layouts.into_iter().map(node).collect(),
            overrides,
        }
    }

    /// The nodes' places.
    pub(super) fn layouts(&self) -> impl Iterator<Item = &NodeLayout> {
        self.nodes.iter().map(|node| &node.layout)
    }

    /// How many.
    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Where clients may connect.
    pub(super) fn bootstrap(&self) -> String {
        let addresses: Vec<String> = self.layouts().map(NodeLayout::address).collect();
        addresses.join(",")
    }

    /// Starts a node that does not run. To be called on the main thread: the system ends the node with the thread that
    /// started it.
    pub(super) fn start(&mut self, index: usize) -> io::Result<()> {
        let node = &mut self.nodes[index];
        let child = node_process::start(
            &std::env::current_exe()?,
            &node.layout.properties_file(),
            &self.overrides,
            &node.layout.output_file(),
        )?;
        node.child = Some(child);
        Ok(())
    }

    /// Starts every node.
    pub(super) fn start_all(&mut self) -> io::Result<()> {
        (0..self.len()).try_for_each(|index| self.start(index))
    }

    /// Sends a signal to a node, if it runs.
    pub(super) fn signal(&mut self, index: usize, signal: Signal) -> io::Result<()> {
        let Some(child) = &self.nodes[index].child else {
            return Ok(());
        };
        Ok(kill_process(Pid::from_child(child), signal)?)
    }

    /// Whether the node's process has ended; one that has is forgotten.
    pub(super) fn has_ended(&mut self, index: usize) -> io::Result<bool> {
        let Some(child) = &mut self.nodes[index].child else {
            return Ok(true);
        };
        let ended = child.try_wait()?.is_some();
        if ended {
            self.nodes[index].child = None;
        }
        Ok(ended)
    }

    /// What a node said last, for errors.
    pub(super) fn last_words(&self, index: usize) -> String {
        node_process::last_words(&self.nodes[index].layout.output_file())
    }

    /// Ends every node at once, frozen or not.
    pub(super) fn kill_all(&mut self) {
        for node in &mut self.nodes {
            if let Some(mut child) = node.child.take() {
                // It may have ended by itself meanwhile; either way it is waited for.
                child.kill().unwrap_or_default();
                child.wait().map(drop).unwrap_or_default();
            }
        }
    }
}

impl Drop for Nodes {
    fn drop(&mut self) {
        self.kill_all();
    }
}

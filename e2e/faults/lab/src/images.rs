//! Disks of the nodes' own: ext4 in image files, which lie on an XFS that lets files share blocks.
//!
//! A copy of an image takes milliseconds and holds what the ext4 has written to it by then and nothing of the page
//! cache: that is the disk after a power cut. Processes are stopped (SIGSTOP) before several images are copied, so that
//! all are of one instant. Invariant: dropping the images unmounts all of them, and only those.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::LabError;
use crate::leftovers::{self, Leftover};
use crate::program::run;

/// Room for all images; blocks are taken when they are written.
const ROOM: &str = "16G";
/// Size of a node's disk.
const DISK: &str = "1G";

/// The disks.
#[derive(Debug)]
pub struct Images {
    folder: PathBuf,
    mounted: Vec<(i32, PathBuf)>,
}

fn mount(what: &Path, at: &Path) -> Result<(), LabError> {
    run(&format!(
        "mount -o loop,errors=remount-ro {} {}",
        what.display(),
        at.display()
    ))?;
    leftovers::add(Leftover::Mount(at.display().to_string()));
    Ok(())
}

fn unmount(at: &Path) -> Result<(), LabError> {
    run(&format!("umount {}", at.display()))?;
    leftovers::strike(&Leftover::Mount(at.display().to_string()));
    Ok(())
}

impl Images {
    /// Lays the file system that the images lie on.
    pub fn lay(folder: &Path) -> Result<Self, LabError> {
        let (file, at) = (folder.join("disks.img"), folder.join("disks"));
        fs::create_dir_all(&at)?;
        let laid = (|| {
            run(&format!("truncate -s {ROOM} {}", file.display()))?;
            run(&format!("mkfs.xfs -q -m reflink=1 {}", file.display()))?;
            run(&format!("mount -o loop {} {}", file.display(), at.display()))
        })();
        laid.map_err(|error| LabError::Missing(format!("no image can be mounted: {error}")))?;
        leftovers::add(Leftover::Mount(at.display().to_string()));
        Ok(Self {
            folder: at,
            mounted: Vec::new(),
        })
    }

    fn image(&self, node: i32) -> PathBuf {
        self.folder.join(format!("n{node}"))
    }

    fn copy(&self, node: i32) -> PathBuf {
        self.folder.join(format!("n{node}.cut"))
    }

    fn place(&self, node: i32) -> Result<PathBuf, LabError> {
        let found = self.mounted.iter().find(|(id, _)| *id == node);
        let none = || LabError::Unusable(format!("node {node} has no disk of its own"));
        found.map(|(_, at)| at.clone()).ok_or_else(none)
    }

    /// Gives a node a disk.
    pub fn give(&mut self, node: i32, at: &Path) -> Result<(), LabError> {
        let image = self.image(node);
        run(&format!("truncate -s {DISK} {}", image.display()))?;
        run(&format!("mkfs.ext4 -q -F {}", image.display()))?;
        mount(&image, at)?;
        self.mounted.push((node, at.to_owned()));
        fs::remove_dir(at.join("lost+found"))?;
        Ok(())
    }

    /// Keeps the disk as a power cut at this instant leaves it. Its node does not run.
    pub fn cut(&self, node: i32) -> Result<(), LabError> {
        run(&format!(
            "cp --reflink=always {} {}",
            self.image(node).display(),
            self.copy(node).display()
        ))
        .map(drop)
    }

    /// Puts what the power cut left in the place of the disk. Its node is dead.
    pub fn restore(&self, node: i32) -> Result<(), LabError> {
        let at = self.place(node)?;
        unmount(&at)?;
        fs::rename(self.copy(node), self.image(node))?;
        mount(&self.image(node), &at)
    }

    /// Has the file system find an error in itself: it takes no writes from then on.
    pub fn turn_read_only(&self, node: i32) -> Result<(), LabError> {
        let at = self.place(node)?;
        let device = run(&format!("findmnt -no SOURCE {}", at.display()))?;
        let name = device.trim_start_matches("/dev/").to_owned();
        fs::write(format!("/sys/fs/ext4/{name}/trigger_fs_error"), "1")?;
        Ok(())
    }

    /// Repairs the file system. Its node is dead.
    pub fn repair(&self, node: i32) -> Result<(), LabError> {
        let at = self.place(node)?;
        unmount(&at)?;
        // Exit code 1: errors were found, and are mended.
        run(&format!("e2fsck -p {}", self.image(node).display())).ok();
        mount(&self.image(node), &at)
    }
}

impl Drop for Images {
    fn drop(&mut self) {
        let places = self.mounted.iter().map(|(_, at)| at).chain([&self.folder]);
        for at in places {
            run(&format!("umount -l {}", at.display())).ok();
            leftovers::strike(&Leftover::Mount(at.display().to_string()));
        }
    }
}

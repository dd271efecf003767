//! What every file system promises to the logs on it; each implementation runs this suite.

use std::io::{ErrorKind, IoSlice};
use std::path::Path;

use broker_model::Timestamp;

use crate::fs::{FileKind, Fs, OpenMode, read_whole, replace_whole};

/// Runs the whole suite in the folder `root`, which is made and must not hold anything yet.
///
/// # Panics
/// When a promise is broken; the message names it.
pub fn every_file_system_passes(fs: &dyn Fs, root: &Path) {
    fs.create_directories(root).expect("a folder can be made");
    fs.create_directories(root).expect("making it again is fine");
    writes_land_where_they_were_put(fs, root);
    modes_of_opening_differ(fs, root);
    names_can_be_changed(fs, root);
    a_lock_has_one_holder(fs, root);
    small_files_are_replaced_whole(fs, root);
}

fn writes_land_where_they_were_put(fs: &dyn Fs, root: &Path) {
    let file = fs
        .open(&root.join("data"), OpenMode::Create)
        .expect("a missing file is made");
    file.write_at(0, &[IoSlice::new(b"he"), IoSlice::new(b""), IoSlice::new(b"llo")])
        .expect("pieces are written");
    file.write_at(5, &[IoSlice::new(b" you")])
        .expect("the end may be written");
    assert_eq!(file.size().expect("size"), 9, "a write grows the file");
    let mut target = [0; 16];
    assert_eq!(
        file.read_at(3, &mut target).expect("read"),
        6,
        "a read stops at the end"
    );
    assert_eq!(&target[..6], b"lo you");
    assert_eq!(file.read_at(9, &mut target).expect("read at the end"), 0);
    assert_eq!(file.read_at(99, &mut target).expect("read behind the end"), 0);
    let mut first = [0; 2];
    let was_at_hand = file.read_at_hand(0, &mut first).expect("read at hand");
    let mut again = [0; 2];
    file.read_at(0, &mut again).expect("read");
    assert!(!was_at_hand || first == again);
    assert!(
        !file
            .read_at_hand(99, &mut first)
            .expect("read at hand behind the end")
    );
    file.reserve(9, 4096).expect("space may be asked for");
    assert_eq!(file.size().expect("size"), 9, "reserved space is not content");
    file.start_writeback(0, 9).expect("write-back may be asked for");
    file.sync().expect("sync");
    file.set_size(2).expect("cut");
    file.set_size(4).expect("grow");
    assert_eq!(file.read_at(0, &mut target).expect("read"), 4);
    assert_eq!(&target[..4], b"he\0\0", "a grown file ends in zeros");
    let written = Timestamp::from_ms(1_234_567_890_123);
    file.set_modified(written).expect("the time may be set");
    let info = fs.info(&root.join("data")).expect("info");
    assert_eq!((info.size, info.modified), (4, written));
}

fn modes_of_opening_differ(fs: &dyn Fs, root: &Path) {
    let missing = root.join("missing");
    for mode in [OpenMode::Read, OpenMode::ReadWrite] {
        assert_eq!(
            fs.open(&missing, mode).map_err(|error| error.kind()).err(),
            Some(ErrorKind::NotFound)
        );
    }
    assert!(
        fs.open(&root.join("no-folder").join("x"), OpenMode::Create)
            .is_err(),
        "folders are not made"
    );
    let data = root.join("data");
    let reader = fs
        .open(&data, OpenMode::Read)
        .expect("an existing file is opened");
    assert!(
        reader.write_at(0, &[IoSlice::new(b"x")]).is_err(),
        "a reader cannot write"
    );
    assert_eq!(
        fs.open(&data, OpenMode::Create)
            .and_then(|file| file.size())
            .expect("size"),
        4
    );
    assert_eq!(
        fs.open(&data, OpenMode::Truncate)
            .and_then(|file| file.size())
            .expect("size"),
        0
    );
}

fn names_can_be_changed(fs: &dyn Fs, root: &Path) {
    let (from, to) = (root.join("from"), root.join("to"));
    let file = fs.open(&from, OpenMode::Create).expect("create");
    fs.open(&to, OpenMode::Create).expect("create");
    file.write_at(0, &[IoSlice::new(b"moved")]).expect("write");
    fs.rename(&from, &to).expect("a rename replaces");
    assert_eq!(read_whole(fs, &to, 5).expect("read"), b"moved");
    let mut target = [0; 5];
    assert_eq!(
        file.read_at(0, &mut target)
            .expect("an open file follows its rename"),
        5
    );
    assert_eq!(
        fs.info(&from).map_err(|error| error.kind()).err(),
        Some(ErrorKind::NotFound)
    );
    exchanges(fs, root);
    fs.remove_file(&to).expect("remove");
    assert_eq!(
        file.read_at(0, &mut target)
            .expect("an open file outlives its name"),
        5
    );
    let folder = root.join("folder");
    fs.create_directories(&folder.join("below")).expect("folders");
    fs.open(&folder.join("file"), OpenMode::Create).expect("create");
    fs.sync_directory(&folder).expect("sync");
    let mut entries = fs.list(&folder).expect("list");
    entries.sort_by(|one, other| one.name.cmp(&other.name));
    let listed: Vec<_> = entries
        .iter()
        .map(|entry| (entry.name.as_str(), entry.kind))
        .collect();
    assert_eq!(listed, [("below", FileKind::Directory), ("file", FileKind::File)]);
    fs.rename(&folder, &root.join("renamed"))
        .expect("a folder moves with its content");
    assert!(fs.info(&root.join("renamed").join("file")).is_ok());
    fs.remove_directory(&root.join("renamed"))
        .expect("a folder goes with its content");
    assert!(fs.list(&root.join("renamed")).is_err());
}

fn exchanges(fs: &dyn Fs, root: &Path) {
    let (one, other) = (root.join("one"), root.join("other"));
    for (path, content) in [(&one, b"1".as_slice()), (&other, b"two")] {
        replace_whole(fs, path, content).expect("write");
    }
    let file = fs.open(&one, OpenMode::Read).expect("open");
    match fs.exchange(&one, &other) {
        Err(error) if error.kind() == ErrorKind::Unsupported => return,
        exchanged => exchanged.expect("two files may be exchanged"),
    }
    assert_eq!(read_whole(fs, &one, 3).expect("read"), b"two");
    assert_eq!(read_whole(fs, &other, 3).expect("read"), b"1");
    assert_eq!(file.size().expect("size"), 1, "an open file follows its name");
    fs.remove_file(&other).expect("remove");
    assert_eq!(
        fs.exchange(&one, &other).map_err(|error| error.kind()).err(),
        Some(ErrorKind::NotFound)
    );
    assert_eq!(read_whole(fs, &one, 3).expect("read"), b"two");
}

fn a_lock_has_one_holder(fs: &dyn Fs, root: &Path) {
    let path = root.join(".lock");
    let held = fs.lock(&path).expect("lock").expect("the first takes it");
    assert!(fs.lock(&path).expect("lock").is_none(), "the second does not");
    drop(held);
    assert!(fs.lock(&path).expect("lock").is_some(), "a dropped lock is free");
}

fn small_files_are_replaced_whole(fs: &dyn Fs, root: &Path) {
    let path = root.join("small");
    for content in [b"one".as_slice(), b"two two"] {
        replace_whole(fs, &path, content).expect("replace");
        assert_eq!(read_whole(fs, &path, 16).expect("read"), content);
    }
    assert_eq!(
        read_whole(fs, &path, 3).map_err(|error| error.kind()).err(),
        Some(ErrorKind::InvalidData)
    );
}

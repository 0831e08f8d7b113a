//! Files that may be anything.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

/// The bytes of a stranger's file that is read. The longest solution has a hundredth of them.
const LARGEST: u64 = 1_000_000;

/// Reads a file of a stranger: no link, nothing that never ends, and nothing that fills the memory.
pub(crate) fn read(path: &Path) -> io::Result<Vec<u8>> {
    if fs::symlink_metadata(path)?.is_symlink() {
        return Err(io::Error::other("it is a link, and links are not followed"));
    }
    check_regular(path)?;
    let mut bytes = Vec::new();
    File::open(path)?.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST {
        return Err(io::Error::other("it has more than a million bytes"));
    }
    Ok(bytes)
}

/// Refuses what is there and is no file: a pipe would wait for its other end for ever.
pub(crate) fn check_regular(path: &Path) -> io::Result<()> {
    match fs::metadata(path) {
        Ok(there) if there.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        Ok(there) if !there.is_file() => Err(io::Error::other("it is not a regular file")),
        _ => Ok(()),
    }
}

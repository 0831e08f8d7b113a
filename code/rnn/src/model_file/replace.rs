//! A file is replaced whole, or not at all.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::Path;

/// Puts a file with these bytes in the place of `path`, or leaves everything as it is.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // Where links lead to, so that the file is replaced and not the link.
    let (path, permissions) = match path.canonicalize() {
        Ok(path) => {
            let permissions = replaceable(&path)?;
            (path, Some(permissions))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => (path.into(), None),
        Err(error) => return Err(error),
    };
    let folder = path.parent().unwrap_or(&path);
    // Removed unless it gets another name. It has the permissions of every new file.
    let mut file = tempfile::Builder::new().make_in(folder, |path| File::create_new(path))?;
    if let Some(permissions) = permissions {
        file.as_file().set_permissions(permissions)?;
    }
    file.as_file_mut().write_all(bytes)?;
    // Without this, a crash of the machine could leave the new name with an empty file.
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

/// The permissions of a file that may be replaced. A folder or a device cannot be; a file that is
/// read-only could, but shall not.
fn replaceable(path: &Path) -> io::Result<fs::Permissions> {
    let old = fs::metadata(path)?;
    if !old.is_file() {
        return Err(io::Error::new(ErrorKind::InvalidInput, "this is not a regular file"));
    }
    if old.permissions().readonly() {
        return Err(io::Error::new(ErrorKind::PermissionDenied, "this file is read-only"));
    }
    Ok(old.permissions())
}

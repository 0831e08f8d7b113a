//! A save takes place whole or not at all.

use std::io::{BufWriter, ErrorKind};
use std::path::{Path, PathBuf};
use std::{fs, thread};

use rand::{SeedableRng, rngs::ChaCha8Rng};
use rnn::{FileError, Linear, load_model, save_model, write_model};
use tempfile::TempDir;

fn linear(seed: u64) -> Linear<f64> {
    Linear::new(100, 100, &mut ChaCha8Rng::seed_from_u64(seed)).unwrap()
}

/// A folder with a saved model.
fn saved() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    save_model(&linear(1), &path).unwrap();
    (folder, path)
}

fn assert_holds(path: &Path, seed: u64) {
    let mut model = linear(0);
    load_model(&mut model, path).unwrap();
    assert!(model == linear(seed));
}

/// The old file is whole, and nothing lies beside it.
fn assert_untouched(folder: &TempDir, path: &Path) {
    assert_holds(path, 1);
    let names = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    assert_eq!(names.collect::<Vec<_>>(), [path]);
}

/// Another model is not saved there: what is wrong with the file.
fn refused(path: &Path) -> FileError {
    let error = save_model(&linear(2), path).unwrap_err();
    assert!(error.to_string().starts_with(&format!("in `{}`: ", path.display())), "{error}");
    let FileError::File(_, error) = error else { panic!("{error}") };
    *error
}

/// Whoever reads meanwhile finds the old model or the new one.
#[test]
fn replaces_a_file_in_one_moment() {
    let (folder, path) = saved();
    let models = [linear(2), linear(1)];
    thread::scope(|scope| {
        let writer = scope.spawn(|| (0..200).try_for_each(|i| save_model(&models[i % 2], &path)));
        let mut model = linear(0);
        while !writer.is_finished() {
            load_model(&mut model, &path).unwrap();
            assert!(models.contains(&model));
        }
        writer.join().unwrap().unwrap();
    });
    assert_untouched(&folder, &path);
    save_model(&linear(2), &path).unwrap();
    assert_holds(&path, 2);
}

#[test]
fn a_name_without_a_folder_is_in_the_current_one() {
    // No file is made: the name is too long for one.
    assert!(matches!(refused(Path::new(&"n".repeat(1000))), FileError::Io(_)));
}

#[test]
fn weights_that_cannot_be_loaded_are_not_saved() {
    let (folder, path) = saved();
    let mut model = linear(2);
    model.weight[[3, 14]] = f64::NAN;
    let message = format!("in `{}`: `weight` is not finite at [3, 14]: NaN", path.display());
    assert_eq!(save_model(&model, &path).unwrap_err().to_string(), message);
    assert_untouched(&folder, &path);
}

#[test]
fn what_is_no_file_is_not_replaced() {
    let (folder, path) = saved();
    assert_eq!(refused(folder.path()).to_string(), "this is not a regular file");
    let nowhere = refused(&folder.path().join("nowhere").join("model.safetensors"));
    assert!(matches!(nowhere, FileError::Io(error) if error.kind() == ErrorKind::NotFound));
    assert!(matches!(refused(&path.join("below_a_file")), FileError::Io(_)));
    assert_untouched(&folder, &path);
}

#[test]
fn a_file_that_is_read_only_stays() {
    let (folder, path) = saved();
    let writable = fs::metadata(&path).unwrap().permissions();
    let mut read_only = writable.clone();
    read_only.set_readonly(true);
    fs::set_permissions(&path, read_only).unwrap();
    assert_eq!(refused(&path).to_string(), "this file is read-only");
    assert_untouched(&folder, &path);
    // Some systems do not remove it otherwise.
    fs::set_permissions(&path, writable).unwrap();
}

#[test]
fn a_writer_that_fails_is_an_error() {
    let mut little_room = [0; 30];
    let written = write_model(&linear(1), &mut little_room[..]);
    let flushed = write_model(&linear(1), BufWriter::with_capacity(1 << 20, &mut little_room[..]));
    for result in [written, flushed] {
        assert!(matches!(result, Err(FileError::Io(e)) if e.kind() == ErrorKind::WriteZero));
    }
}

#[cfg(unix)]
mod unix {
    use std::env;
    use std::fs::Permissions;
    use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};
    use std::os::unix::net::UnixListener;
    use std::os::unix::process::ExitStatusExt;
    use std::process::{Command, Output};

    use super::*;

    const PATH: &str = "SAVE_TO";

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn permissions_are_the_usual_ones() {
        let (folder, path) = saved();
        let ordinary = folder.path().join("ordinary");
        fs::write(&ordinary, "").unwrap();
        assert_eq!(mode(&path), mode(&ordinary));

        fs::set_permissions(&path, Permissions::from_mode(0o624)).unwrap();
        save_model(&linear(2), &path).unwrap();
        assert_eq!(mode(&path), 0o624);
    }

    #[test]
    fn links_stay_links() {
        let (folder, path) = saved();
        let link = folder.path().join("link");
        symlink(&path, &link).unwrap();
        save_model(&linear(2), &link).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_holds(&path, 2);
    }

    /// No device of the machine is risked for it: a socket is no regular file either.
    #[test]
    fn sockets_stay_sockets() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("socket");
        let _listener = UnixListener::bind(&path).unwrap();
        assert_eq!(refused(&path).to_string(), "this is not a regular file");
        assert!(fs::metadata(&path).unwrap().file_type().is_socket());
    }

    #[test]
    fn a_folder_that_cannot_be_written() {
        let (folder, path) = saved();
        fs::set_permissions(folder.path(), Permissions::from_mode(0o555)).unwrap();
        // Nothing stops the administrator.
        if fs::write(folder.path().join("probe"), "").is_err() {
            let error = refused(&path);
            let FileError::Io(error) = error else { panic!("{error}") };
            assert_eq!(error.kind(), ErrorKind::PermissionDenied);
            assert_untouched(&folder, &path);
        }
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
    }

    /// Not a test of its own: what the next two run where files cannot grow large.
    #[test]
    #[ignore = "other tests run it"]
    fn save_where_they_say() {
        if let Ok(path) = env::var(PATH) {
            save_model(&linear(2), path).unwrap();
        }
    }

    /// Saves in a process whose files end after some thousand bytes: the middle of the weights.
    fn save_with_little_room(path: &Path, before: &str) -> Output {
        let script = format!("{before}; ulimit -c 0; ulimit -f 8; exec \"$0\" \"$@\"");
        let test = "weights::saving::unix::save_where_they_say";
        Command::new("sh")
            .args(["-c", &script])
            .arg(env::current_exe().unwrap())
            .args([test, "--exact", "--ignored", "--nocapture"])
            .env(PATH, path)
            .output()
            .unwrap()
    }

    #[test]
    fn a_disk_that_is_full() {
        let (folder, path) = saved();
        let output = save_with_little_room(&path, "trap '' XFSZ");
        let messages = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&messages);
        assert!(!output.status.success() && text.contains("FileTooLarge"), "{text}");
        assert_untouched(&folder, &path);
    }

    #[test]
    fn a_program_that_is_killed_meanwhile() {
        let (folder, path) = saved();
        let output = save_with_little_room(&path, ":");
        assert!(output.status.signal().is_some(), "{output:?}");
        assert_holds(&path, 1);
        // It was in the middle of the file beside it.
        let mut files = fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().path());
        let half = files.find(|file| *file != path).expect("a killed program cannot clean up");
        let size = fs::metadata(half).unwrap().len();
        assert!(0 < size && size < fs::metadata(&path).unwrap().len(), "{size}");
    }
}

//! A save takes place whole or not at all.

use std::error::Error;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::{fs, thread};

use rand::{SeedableRng, rngs::ChaCha8Rng};
use rnn::{FileError, Linear, load_model, save_model, write_model};
use tempfile::TempDir;

type Result = std::result::Result<(), Box<dyn Error>>;

fn linear(seed: u64) -> Linear<f64> {
    Linear::new(100, 100, &mut ChaCha8Rng::seed_from_u64(seed)).expect("the sizes are right")
}

/// A folder with a saved model.
fn saved() -> std::result::Result<(TempDir, PathBuf), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("model.safetensors");
    save_model(&linear(1), &path)?;
    Ok((folder, path))
}

/// The old file is whole, and nothing lies beside it.
fn assert_untouched(folder: &Path, path: &Path) {
    let names: Vec<_> = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    assert_eq!(names, [path]);
    assert_holds(path, 1);
}

fn assert_holds(path: &Path, seed: u64) {
    let mut model = linear(0);
    load_model(&mut model, path).unwrap();
    assert!(model == linear(seed));
}

fn text(result: std::result::Result<(), FileError>) -> String {
    result.err().map_or_else(|| "no error".into(), |error| error.to_string())
}

#[test]
fn replaces_a_file() -> Result {
    let (folder, path) = saved()?;
    assert_untouched(folder.path(), &path);
    save_model(&linear(2), &path)?;
    assert_holds(&path, 2);
    save_model(&linear(1), &path)?;
    assert_untouched(folder.path(), &path);
    Ok(())
}

/// Whoever reads meanwhile finds the old model or the new one.
#[test]
fn replaces_it_in_one_moment() -> Result {
    let (folder, path) = saved()?;
    let models = [linear(1), linear(2)];
    thread::scope(|scope| {
        let writer = scope.spawn(|| (0..200).try_for_each(|i| save_model(&models[i % 2], &path)));
        let mut model = linear(0);
        while !writer.is_finished() {
            load_model(&mut model, &path)?;
            assert!(models.contains(&model));
        }
        writer.join().expect("the writer does not panic")
    })?;
    save_model(&linear(1), &path)?;
    assert_untouched(folder.path(), &path);
    Ok(())
}

#[test]
fn a_name_without_a_folder_is_in_the_current_one() {
    // No file is made: the name is too long for one.
    let name = "n".repeat(1000);
    assert!(text(save_model(&linear(1), &name)).starts_with(&format!("in `{name}`: ")));
}

#[test]
fn weights_that_cannot_be_loaded_are_not_saved() -> Result {
    let (folder, path) = saved()?;
    let mut model = linear(2);
    model.weight[[3, 14]] = f64::NAN;
    assert_eq!(
        text(save_model(&model, &path)),
        format!("in `{}`: `weight` is not finite at [3, 14]: NaN", path.display())
    );
    assert_untouched(folder.path(), &path);
    Ok(())
}

#[test]
fn what_is_no_file_is_not_replaced() -> Result {
    let (folder, path) = saved()?;
    let no_file = format!("in `{}`: this is not a regular file", folder.path().display());
    assert_eq!(text(save_model(&linear(2), folder.path())), no_file);

    let nowhere = folder.path().join("nowhere").join("model.safetensors");
    assert!(matches!(
        save_model(&linear(2), &nowhere),
        Err(FileError::File { error, .. })
            if matches!(&*error, FileError::Io(error) if error.kind() == io::ErrorKind::NotFound)
    ));

    let below_a_file = path.join("model.safetensors");
    assert!(text(save_model(&linear(2), &below_a_file)).starts_with("in `"));
    assert_untouched(folder.path(), &path);
    Ok(())
}

#[test]
fn a_file_that_is_read_only_stays() -> Result {
    let (folder, path) = saved()?;
    let writable = fs::metadata(&path)?.permissions();
    let mut read_only = writable.clone();
    read_only.set_readonly(true);
    fs::set_permissions(&path, read_only)?;
    let message = format!("in `{}`: this file is read-only", path.display());
    assert_eq!(text(save_model(&linear(2), &path)), message);
    assert_untouched(folder.path(), &path);
    // Some systems do not remove it otherwise.
    fs::set_permissions(&path, writable)?;
    Ok(())
}

#[test]
fn a_writer_that_fails_is_an_error() {
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    assert_eq!(text(write_model(&linear(1), Full)), "no storage space");
    assert_eq!(text(write_model(&linear(1), &mut [0; 30][..])), "failed to write whole buffer");
}

#[cfg(unix)]
mod unix {
    use std::env;
    use std::fs::Permissions;
    use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};
    use std::os::unix::process::ExitStatusExt;
    use std::process::{Command, Output};

    use super::*;

    const PATH: &str = "SAVE_TO";

    fn mode(path: &Path) -> io::Result<u32> {
        Ok(fs::metadata(path)?.permissions().mode() & 0o777)
    }

    #[test]
    fn permissions_are_the_usual_ones() -> Result {
        let (folder, path) = saved()?;
        let ordinary = folder.path().join("ordinary");
        fs::write(&ordinary, "")?;
        assert_eq!(mode(&path)?, mode(&ordinary)?);

        fs::set_permissions(&path, Permissions::from_mode(0o624))?;
        save_model(&linear(2), &path)?;
        assert_eq!(mode(&path)?, 0o624);
        Ok(())
    }

    #[test]
    fn links_stay_links() -> Result {
        let (folder, path) = saved()?;
        let link = folder.path().join("link");
        symlink(&path, &link)?;
        save_model(&linear(2), &link)?;
        assert!(fs::symlink_metadata(&link)?.is_symlink());
        assert_holds(&path, 2);
        Ok(())
    }

    #[test]
    fn devices_stay_devices() -> Result {
        let message = "in `/dev/null`: this is not a regular file";
        assert_eq!(text(save_model(&linear(1), "/dev/null")), message);
        assert!(fs::metadata("/dev/null")?.file_type().is_char_device());
        Ok(())
    }

    #[test]
    fn a_folder_that_cannot_be_written() -> Result {
        let (folder, path) = saved()?;
        fs::set_permissions(folder.path(), Permissions::from_mode(0o555))?;
        // Nothing stops the administrator.
        if fs::write(folder.path().join("probe"), "").is_err() {
            let message = format!("in `{}`: permission denied", path.display());
            assert_eq!(text(save_model(&linear(2), &path)), message);
            assert_untouched(folder.path(), &path);
        }
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755))?;
        Ok(())
    }

    /// Not a test of its own: what the next two run where files cannot grow large.
    #[test]
    #[ignore = "other tests run it"]
    fn save_where_they_say() -> Result {
        if let Ok(path) = env::var(PATH) {
            save_model(&linear(2), path)?;
        }
        Ok(())
    }

    /// Saves in a process whose files end after some thousand bytes: the middle of the weights.
    fn save_with_little_room(path: &Path, before: &str) -> io::Result<Output> {
        let script = format!("{before}; ulimit -c 0; ulimit -f 8; exec \"$0\" \"$@\"");
        let test =
            ["weights::saving::unix::save_where_they_say", "--exact", "--ignored", "--nocapture"];
        Command::new("sh")
            .args(["-c", &script])
            .arg(env::current_exe()?)
            .args(test)
            .env(PATH, path)
            .output()
    }

    #[test]
    fn a_disk_that_is_full() -> Result {
        let (folder, path) = saved()?;
        let output = save_with_little_room(&path, "trap '' XFSZ")?;
        let messages = String::from_utf8_lossy(&output.stderr).into_owned();
        let text = String::from_utf8_lossy(&output.stdout).into_owned() + &messages;
        assert!(!output.status.success(), "{text}");
        assert!(text.contains("FileTooLarge") || text.contains("File too large"), "{text}");
        assert_untouched(folder.path(), &path);
        Ok(())
    }

    #[test]
    fn a_program_that_is_killed_meanwhile() -> Result {
        let (folder, path) = saved()?;
        let output = save_with_little_room(&path, ":")?;
        assert!(output.status.signal().is_some(), "{output:?}");
        assert_holds(&path, 1);
        // It was in the middle of the file beside it.
        let half = fs::read_dir(folder.path())?
            .map(|file| file.unwrap().path())
            .find(|file| *file != path)
            .expect("a killed program cannot clean up");
        let size = fs::metadata(half)?.len();
        assert!(0 < size && size < fs::metadata(&path)?.len(), "{size}");
        Ok(())
    }
}

//! Programs that may run for so long, use so much memory, and print so much.

use std::ffi::OsStr;
use std::io::{self, Read};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

/// What a program may use.
#[derive(Clone, Debug)]
pub struct Limits {
    /// How long an answer may run.
    pub run: Duration,
    /// How long the compiler may work on it.
    pub compile: Duration,
    /// The memory of an answer, in bytes, where the system can limit it.
    pub memory: u64,
    /// The seed of the numbers that the checks draw.
    pub seed: u64,
}

impl Default for Limits {
    fn default() -> Self {
        let (run, compile) = (Duration::from_secs(10), Duration::from_mins(1));
        Self { run, compile, memory: 1 << 30, seed: 2 }
    }
}

/// How a program ended.
#[derive(Debug)]
pub struct Ended {
    /// `None`: it was stopped at its limit.
    pub status: Option<ExitStatus>,
    /// What it printed, up to a limit.
    pub output: String,
}

/// A command with limits of memory and of processor time, where there is a shell that can set them.
///
/// [`run`] stops a program. The limit of processor time also stops those which that program has
/// started, and all of them if nobody is left to stop them. It is as much as all cores do in the
/// time that an answer may run.
#[must_use]
pub fn command(program: impl AsRef<OsStr>, limits: &Limits) -> Command {
    if cfg!(unix) {
        let cores = thread::available_parallelism().map_or(1, |cores| cores.get() as u64);
        let (kibibytes, seconds) = (limits.memory >> 10, cores * (limits.run.as_secs() + 1));
        let set = format!("ulimit -v {kibibytes}; ulimit -t {seconds}; exec \"$0\" \"$@\"");
        let mut command = Command::new("sh");
        command.arg("-c").arg(set).arg(program);
        command
    } else {
        Command::new(program)
    }
}

/// Runs a command, and stops it when its time is over.
///
/// # Errors
/// Where it cannot be started or stopped.
pub fn run(command: &mut Command, limit: Duration) -> io::Result<Ended> {
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let printed = [child.stdout.take().map(collect), child.stderr.take().map(collect)];
    let start = Instant::now();
    let status = loop {
        match child.try_wait()? {
            Some(status) => break Some(status),
            None if start.elapsed() > limit => {
                child.kill()?;
                child.wait()?;
                break None;
            }
            None => thread::sleep(Duration::from_millis(5)),
        }
    };
    let output = printed.iter().flatten().map(received).collect();
    Ok(Ended { status, output })
}

/// Reads all that a program prints, and sends the beginning of it. The rest is read too, or the
/// program would wait for somebody to read it.
fn collect(mut from: impl Read + Send + 'static) -> Receiver<Vec<u8>> {
    const KEPT: u64 = 1 << 16;
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let mut kept = Vec::new();
        let _ = from.by_ref().take(KEPT).read_to_end(&mut kept);
        let _ = io::copy(&mut from, &mut io::sink());
        let _ = sender.send(kept);
    });
    receiver
}

/// What was collected. A program that has left another one running may never close its output.
fn received(from: &Receiver<Vec<u8>>) -> String {
    let kept = from.recv_timeout(Duration::from_secs(1)).unwrap_or_default();
    String::from_utf8_lossy(&kept).into_owned()
}

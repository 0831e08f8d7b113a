//! Programs that may run for so long, use so much memory, write and print so much.

use std::env;
use std::ffi::OsStr;
use std::io::{self, Read};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::group;

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
    /// What it printed: the beginning and the end of it.
    pub output: String,
}

/// The bytes of a file that an answer may write, and how many files it may have open.
const FILE_BYTES: u64 = 1 << 20;
const OPEN_FILES: u64 = 64;

/// How many processes and threads there may be beside those that run already.
const PROCESSES: u64 = 1024;

/// The variables that the compiler and its linker may see.
const COMPILERS: [&str; 14] = [
    "PATH",
    "TMPDIR",
    "TEMP",
    "TMP",
    "SystemRoot",
    "SystemDrive",
    "windir",
    "ProgramData",
    "ProgramFiles",
    "ProgramFiles(x86)",
    "LIB",
    "INCLUDE",
    "SDKROOT",
    "DEVELOPER_DIR",
];

/// The variables that a program cannot start without, on Windows.
const PROGRAMS: [&str; 1] = ["SystemRoot"];

/// A command that sees no variables but these, and reads nothing.
fn closed(program: impl AsRef<OsStr>, variables: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.env_clear().stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.envs(variables.iter().filter_map(|name| Some((name, env::var_os(name)?))));
    command
}

/// A compiler. It runs no strangers' code, but shows it the variables that it has itself.
#[must_use]
pub fn compiler(program: impl AsRef<OsStr>) -> Command {
    closed(program, &COMPILERS)
}

/// A command with limits of memory, files, processes and processor time, where there is a shell that
/// can set them. A limit that a system does not know is left out.
///
/// [`run`] stops a program and all that it has started, as long as they stay in its group. The limit
/// of processor time also stops those that leave it, and all of them if nobody is left to stop them.
/// It is as much as all cores do in the time that an answer may run.
#[must_use]
pub fn command(program: impl AsRef<OsStr>, limits: &Limits) -> Command {
    if !cfg!(unix) {
        return closed(program, &PROGRAMS);
    }
    let cores = thread::available_parallelism().map_or(1, |cores| cores.get() as u64);
    let limit = |(option, most): (&str, u64)| format!("ulimit {option} {most} 2>/dev/null");
    let mut set: Vec<String> = [
        ("-v", limits.memory >> 10),
        ("-t", cores * (limits.run.as_secs() + 1)),
        ("-f", FILE_BYTES >> 9),
        ("-n", OPEN_FILES),
        ("-c", 0),
    ]
    .map(limit)
    .into();
    // Shells differ in the letter.
    let processes = running().map(|running| running + PROCESSES);
    set.extend(processes.map(|most| [("-u", most), ("-p", most)].map(limit).join(" || ")));
    set.push("exec \"$0\" \"$@\"".into());
    let mut command = closed("/bin/sh", &PROGRAMS);
    // On Linux each thread would otherwise reserve memory of its own, of which it uses next to nothing.
    command.env("MALLOC_ARENA_MAX", "1");
    command.arg("-c").arg(set.join("; ")).arg(program.as_ref());
    command
}

/// How many processes and threads this user has, where the system says it as Linux does.
fn running() -> Option<u64> {
    let field = |status: &str, name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace().next()?.parse::<u64>().ok()
    };
    let own = field(&std::fs::read_to_string("/proc/self/status").ok()?, "Uid:")?;
    let statuses = std::fs::read_dir("/proc").ok()?.flatten();
    let statuses = statuses.filter_map(|it| std::fs::read_to_string(it.path().join("status")).ok());
    let of_user = statuses.filter(|status| field(status, "Uid:") == Some(own));
    Some(of_user.filter_map(|status| field(&status, "Threads:")).sum())
}

/// Runs a command, and stops it when its time is over. What it has started ends with it.
///
/// # Errors
/// Where it cannot be started or stopped.
pub fn run(command: &mut Command, limit: Duration) -> io::Result<Ended> {
    let mut child = group::of_its_own(command).spawn()?;
    let printed = [child.stdout.take().map(collect), child.stderr.take().map(collect)];
    let start = Instant::now();
    let in_time = loop {
        if group::leader_has_ended(&mut child)? {
            break true;
        } else if start.elapsed() > limit {
            break false;
        }
        thread::sleep(Duration::from_millis(5));
    };
    group::kill(&mut child)?;
    let status = child.wait()?;
    let output = printed.iter().flatten().map(received).collect();
    Ok(Ended { status: in_time.then_some(status), output })
}

/// Whether the system has ended a program because a file was too large.
pub(crate) fn wrote_too_much(status: ExitStatus) -> bool {
    group::signal(status) == Some(25)
}

/// Reads all that a program prints, and sends the beginning and the end of it. What lies between is
/// read too, or the program would wait for somebody to read it.
fn collect(mut from: impl Read + Send + 'static) -> Receiver<Vec<u8>> {
    const KEPT: usize = 1 << 16;
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let (mut kept, mut read) = (Vec::new(), [0; 1 << 13]);
        loop {
            match from.read(&mut read) {
                Ok(count @ 1..) => kept.extend(&read[..count]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                _ => break,
            }
            if kept.len() > 4 * KEPT {
                kept.drain(KEPT..kept.len() - KEPT);
            }
        }
        let _ = sender.send(kept);
    });
    receiver
}

/// What was collected. A program that has left another one running may never close its output.
fn received(from: &Receiver<Vec<u8>>) -> String {
    let kept = from.recv_timeout(Duration::from_secs(1)).unwrap_or_default();
    String::from_utf8_lossy(&kept).into_owned()
}

//! A program and all that it starts.

#[cfg(not(unix))]
pub(crate) use alone::*;
#[cfg(unix)]
pub(crate) use together::*;

#[cfg(unix)]
mod together {
    use std::io;
    use std::os::unix::process::{CommandExt, ExitStatusExt};
    use std::process::{Child, Command, ExitStatus};

    use rustix::io::Errno;
    use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

    /// Makes a program the leader of a group of its own.
    pub fn of_its_own(command: &mut Command) -> &mut Command {
        command.process_group(0)
    }

    /// Whether it has ended. It is not waited for: until then nobody else gets its number, which is
    /// that of the group.
    pub fn leader_has_ended(child: &mut Child) -> io::Result<bool> {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        Ok(waitid(WaitId::Pid(Pid::from_child(child)), options)?.is_some())
    }

    /// Ends all that are still in the group.
    pub fn kill(child: &mut Child) -> io::Result<()> {
        match kill_process_group(Pid::from_child(child), Signal::KILL) {
            // Nobody is left; macOS says the other of a leader that has ended.
            Ok(()) | Err(Errno::SRCH | Errno::PERM) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// The signal that ended a program.
    pub fn signal(status: ExitStatus) -> Option<i32> {
        status.signal()
    }
}

/// Where there are no groups, the program itself.
#[cfg(not(unix))]
mod alone {
    use std::io;
    use std::process::{Child, Command, ExitStatus};

    pub fn of_its_own(command: &mut Command) -> &mut Command {
        command
    }

    pub fn leader_has_ended(child: &mut Child) -> io::Result<bool> {
        Ok(child.try_wait()?.is_some())
    }

    pub fn kill(child: &mut Child) -> io::Result<()> {
        if child.try_wait()?.is_none() { child.kill() } else { Ok(()) }
    }

    pub fn signal(_: ExitStatus) -> Option<i32> {
        None
    }
}

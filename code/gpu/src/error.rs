//! What can go wrong. Each error reads as one line, and says what to do.

use chapter::format::count;

/// What can go wrong with a graphics device.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is none.
    #[error(
        "there is no device for Vulkan, Metal or Direct3D 12: install your card's driver, or on \
         Debian and Ubuntu a device in software, with apt install mesa-vulkan-drivers"
    )]
    NoDevice,
    /// None has this number.
    #[error("there is no device {wanted}: the last one is {last}")]
    NoSuchDevice {
        /// The number that was asked for.
        wanted: usize,
        /// The largest that there is.
        last: usize,
    },
    /// It cannot be used.
    #[error("{name} cannot be used: {why}")]
    Refused {
        /// The device.
        name: String,
        /// Why not.
        why: String,
    },
    /// Something is larger than the device allows.
    #[error(
        "{} {what} are more than this device takes, {}: make {smaller} smaller",
        count(*.needed).text,
        count(*.most).text
    )]
    TooLarge {
        /// What is too large.
        what: &'static str,
        /// How large it is.
        needed: u64,
        /// How large it may be.
        most: u64,
        /// The arguments that help.
        smaller: &'static str,
    },
    /// The device or its driver failed.
    #[error("the device failed: {0}")]
    Device(String),
    /// A record is asked for of a device in software.
    #[error(
        "{0} is a program on the processor, and a record is of a real card: choose with --device"
    )]
    Software(String),
    /// The whole chip is asked for of a device in software.
    #[error("{0} is a program on the processor, whose workgroups do not wait: leave out --chip")]
    NoChip(String),
    /// A way does not find what the library finds.
    #[error("{wrong} of {all} results are wrong on this device")]
    Wrong {
        /// How many.
        wrong: usize,
        /// Of how many.
        all: usize,
    },
    /// The library refuses.
    #[error(transparent)]
    Library(#[from] rnn::Error),
    /// The record cannot be written.
    #[error(transparent)]
    File(#[from] chapter::Error),
    /// Standard output takes no more.
    #[error("cannot print: {0}")]
    Print(#[from] std::io::Error),
}

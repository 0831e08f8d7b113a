//! `cargo run -p gpu`: what does a graphics card wait for?

use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use clap::{ArgGroup, Parser};
use gpu::{
    Error, Gpu, Result, adapters,
    check::check,
    measure::{Wishes, measure},
    record::Device,
};
use indicatif::{ProgressBar, ProgressStyle};

/// Runs the tanh layer and the diagonal scan on a graphics card.
///
/// Lists the devices, and compares every way to launch the steps with the library on the processor,
/// for N sequences of T steps with D inputs and H units: operations, a launch for each operation of a
/// step; step, a launch for each step; tiles, the same as a product in tiles; persistent, one launch
/// for all steps, where a workgroup keeps some sequences; chip, one for all steps over the whole chip.
/// Then the diagonal recurrence over T steps in C channels, in a loop and by a scan in pieces.
#[derive(Parser)]
#[command(name = "gpu", term_width = 90, group(ArgGroup::new("timed").multiple(true)))]
struct Arguments {
    /// Only list the devices
    #[arg(long, conflicts_with_all = ["measure", "record", "chip"])]
    list: bool,

    /// The device, by its number in the list
    #[arg(long, value_name = "N", default_value_t = 0)]
    device: usize,

    /// Measure how long everything takes: one to three minutes
    #[arg(long, group = "timed")]
    measure: bool,

    /// Measure, and also write what was found as JSON; only of a real card
    #[arg(long, value_name = "FILE", group = "timed")]
    record: Option<PathBuf>,

    /// Units of the layers to measure [default: 128,1024]
    #[arg(long, value_name = "H", value_delimiter = ',', requires = "timed",
        value_parser = clap::value_parser!(u32).range(1..=16_384))]
    hidden: Option<Vec<u32>>,

    /// Sequences that they read at the same time [default: 1,4,16,64,256,1024,4096]
    #[arg(long, value_name = "N", value_delimiter = ',', requires = "timed",
        value_parser = clap::value_parser!(u32).range(1..=65_535))]
    batch: Option<Vec<u32>>,

    /// Steps at most; where a run would take long, there are fewer
    #[arg(long, value_name = "T", default_value_t = 1000, requires = "timed",
        value_parser = clap::value_parser!(u32).range(1..=60_000))]
    steps: u32,

    /// Also try one launch over the whole chip, whose workgroups wait for each other: no standard
    /// promises that they run at the same time, and the display may freeze for a second
    #[arg(long)]
    chip: bool,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        // Whoever reads may have stopped (`| head`): that is no error of ours.
        Err(Error::Print(source)) if source.kind() == io::ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Where standard error takes no more either, there is nobody left to tell.
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::from(code(&error))
        }
    }
}

/// 1 where a result is wrong, 2 where there is none.
fn code(error: &Error) -> u8 {
    if matches!(error, Error::Wrong { .. }) { 1 } else { 2 }
}

fn run(arguments: &Arguments) -> Result {
    if let Some(path) = &arguments.record {
        chapter::check_writable(path)?;
    }
    if arguments.list {
        return list(arguments.device);
    }
    let gpu = Gpu::open(arguments.device)?;
    if arguments.record.is_some() && gpu.is_software() {
        return Err(Error::Software(gpu.info.name));
    }
    if arguments.measure || arguments.record.is_some() {
        return measured(arguments, &gpu);
    }
    list(arguments.device)?;
    say("")?;
    check(&gpu, arguments.chip, say)?;
    say("All agree. `cargo run -p gpu -- --measure` tells how long each takes.")
}

fn list(chosen: usize) -> Result {
    let adapters = adapters();
    if adapters.is_empty() {
        return Err(Error::NoDevice);
    }
    say("Devices (* is used; choose with --device)")?;
    for (number, adapter) in adapters.iter().enumerate() {
        let mark = if number == chosen { "*" } else { " " };
        say(&format!("{mark} {number}  {}", Device::of(&adapter.get_info())))?;
    }
    Ok(())
}

fn measured(arguments: &Arguments, gpu: &Gpu) -> Result {
    if arguments.chip && gpu.is_software() {
        return Err(Error::NoChip(gpu.info.name.clone()));
    }
    let Arguments { hidden, batch, steps, chip, .. } = arguments;
    let wishes = Wishes {
        hidden: sorted(hidden.as_deref().unwrap_or(&[128, 1024])),
        batch: sorted(batch.as_deref().unwrap_or(&[1, 4, 16, 64, 256, 1024, 4096])),
        steps: *steps as usize,
        with_chip: *chip,
    };
    let progress = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {elapsed}") {
        progress.set_style(style);
    }
    progress.enable_steady_tick(std::time::Duration::from_millis(200));
    let record = measure(gpu, &wishes, &progress)?;
    // First the file: whoever reads may stop.
    if let Some(path) = &arguments.record {
        record.write(path)?;
    }
    say(record.to_string().trim_end())?;
    if let Some(path) = &arguments.record {
        say(&format!("\nWritten: {}", path.display()))?;
    }
    match record.wrong() {
        0 => Ok(()),
        wrong => Err(Error::Wrong { wrong, all: record.results() }),
    }
}

fn sorted(numbers: &[u32]) -> Vec<usize> {
    let mut numbers: Vec<usize> = numbers.iter().map(|number| *number as usize).collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

fn say(line: &str) -> Result {
    let mut output = io::stdout().lock();
    writeln!(output, "{line}")?;
    Ok(output.flush()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The commands for this program in the README and the pages: the book's own checks never build
    /// it, and so they do not try them.
    #[test]
    fn the_commands_of_the_pages_can_be_typed() {
        let root = chapter::book_root().unwrap();
        let pages = std::fs::read_dir(root.join("src")).unwrap().map(|entry| entry.unwrap().path());
        let mut found = 0;
        for page in pages.chain([root.join("README.md")]).filter(|path| path.is_file()) {
            let text = std::fs::read_to_string(&page).unwrap();
            for rest in text.split("cargo run -p gpu").skip(1) {
                let line = rest.split(['\n', '`']).next().unwrap_or_default();
                let words = line.split_whitespace().filter(|word| *word != "--");
                let typed = Arguments::try_parse_from(["gpu"].into_iter().chain(words));
                // `--help` is an error that is none.
                let refused = typed.err().filter(clap::Error::use_stderr);
                assert!(refused.is_none(), "{}: gpu{line}: {refused:?}", page.display());
                found += 1;
            }
        }
        assert!(found > 2, "{found} commands");
    }

    #[test]
    fn wrong_results_have_a_code_of_their_own() {
        assert_eq!(code(&Error::Wrong { wrong: 1, all: 2 }), 1);
        assert_eq!(code(&Error::NoDevice), 2);
    }

    #[test]
    fn sizes_are_tried_from_few_to_many_and_each_once() {
        assert_eq!(sorted(&[64, 1, 64, 4]), [1, 4, 64]);
    }
}

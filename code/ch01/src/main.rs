//! Chapter 1 as a program: `cargo run -p ch01`.

fn main() -> std::process::ExitCode {
    chapter::main::<ch01::Parameters>()
}

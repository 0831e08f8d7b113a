//! Chapter 2 as a program: `cargo run -p ch02`.

fn main() -> std::process::ExitCode {
    chapter::main::<ch02::Parameters>()
}

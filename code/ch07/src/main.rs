//! Chapter 7 as a program: `cargo run -p ch07`.

fn main() -> std::process::ExitCode {
    chapter::main::<ch07::Parameters>()
}

//! Chapter 3 as a program: `cargo run -p ch03`.

fn main() -> std::process::ExitCode {
    chapter::main::<ch03::Parameters>()
}

//! Chapter 6 as a program: `cargo run -p ch06`.

fn main() -> std::process::ExitCode {
    chapter::main::<ch06::Parameters>()
}

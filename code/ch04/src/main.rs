//! Chapter 4 as a program: `cargo run -p ch04`.

fn main() -> std::process::ExitCode {
    chapter::main::<ch04::Parameters>()
}

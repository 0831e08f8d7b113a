//! Chapter 5 as a program: `cargo run -p ch05`.

fn main() -> std::process::ExitCode {
    chapter::main::<ch05::Parameters>()
}

//! The page on learning, and the primer, as a program: `cargo run -p ch00`.

fn main() -> std::process::ExitCode {
    chapter::main::<ch00::Parameters>()
}

//! Typical wrong answers, and what the checks say of them. A right answer is the solution of an
//! exercise, which `rustlings dev check` runs.

mod ch01;
mod ch02;
mod ch03;
mod ch04;
mod ch05;
mod ch06;
mod ch07;

use exercises::Slip;

/// The check has to reject the answer, and to say this.
fn rejected(verdict: Result<(), Slip>, because: &str) {
    let slip = verdict.expect_err(because).to_string();
    assert!(
        slip.contains(because),
        "expected the message to say `{because}`, and it says:\n{slip}"
    );
}

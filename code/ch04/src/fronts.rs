//! The error of each state after each sweep, for a network that forgets and a chaotic one.

use chapter::{HeatMap, Report, format::count};
use ndarray::{Array2, Axis};
use rnn::init::Recurrence;

use crate::{
    SIZES,
    nonlinear::{Network, power},
    parallel::jacobi,
};

const STEPS: usize = 100;
const SWEEPS: usize = 60;

/// One state of so many is drawn, and one sweep.
const EVERY: usize = 2;

/// Draws both, with the front of the states that the sweeps have reached.
pub(crate) fn report(tolerance: f64, report: &mut Report) -> chapter::Result {
    let forgets = errors(Recurrence::Orthogonal, report)?;
    let chaotic = errors(Recurrence::Gaussian { radius: 2.0 }, report)?;
    report.number("front_steps", count(STEPS));
    report.number("front_sweeps", count(SWEEPS));
    report.figure(&all_right(
        &forgets,
        tolerance,
        map(
            HeatMap::new(
                "front-forgets",
                "A network that forgets becomes right everywhere at once",
            )
            .describe(
                "An empty triangle grows from the left, one step a sweep; its edge is the front. \
                 To the right of it the colour fades from row to row, alike in all columns, and a \
                 line across all of them marks the sweep after which all are right.",
            ),
            &forgets,
        ),
    ))?;
    report.figure(&map(
        HeatMap::new("front-chaotic", "A chaotic network becomes right one step a sweep").describe(
            "An empty triangle grows from the left, one step a sweep; its edge is the front. All \
             to the right of it is still wrong.",
        ),
        &chaotic,
    ))
}

/// The largest error of each state `[T]`, before the first sweep and after each.
fn errors(recurrence: Recurrence, report: &Report) -> Result<Vec<Vec<f64>>, rnn::Error> {
    let network = Network::draw(recurrence, [SIZES.hidden, STEPS], report.rng(0))?;
    let mut states = Array2::zeros(network.z.dim());
    let mut errors = Vec::new();
    for _ in 0..=SWEEPS {
        let worst = (&states - &network.right).map_axis(Axis(1), |differences| {
            differences.fold(0.0_f64, |worst, d: &f64| worst.max(d.abs()))
        });
        errors.push(worst.to_vec());
        states = jacobi(&network.w, &network.z, &states);
    }
    Ok(errors)
}

fn map(map: HeatMap, errors: &[Vec<f64>]) -> HeatMap {
    let rows = errors.iter().step_by(EVERY).map(|row| row.iter().copied().step_by(EVERY));
    let numbers = |last: usize| (0..last).step_by(EVERY).map(|number| number.to_string());
    // After k sweeps the first k states are right: the lower left corners of the cells beyond them.
    let last = (SWEEPS / EVERY) as f64;
    let front = [(-0.5, 0.5), (last - 0.5, last + 0.5)];
    map.x_axis("step")
        .y_axis("sweep")
        .value_axis("error")
        .x_labels((0..STEPS).step_by(EVERY).map(|t| (t + 1).to_string()))
        .y_labels(numbers(SWEEPS + 1))
        .values(rows.map(Iterator::collect::<Vec<_>>))
        .logarithmic(1e-12, 1.0)
        .mark(front, "the front", (7.0, 16.0))
}

/// Marks the sweep after which no error is above the tolerance, if there is one.
fn all_right(errors: &[Vec<f64>], tolerance: f64, map: HeatMap) -> HeatMap {
    let Some(sweep) = first_right(errors, tolerance) else { return map };
    let (row, last) = (sweep as f64 / EVERY as f64, (STEPS / EVERY) as f64 - 0.5);
    let label = format!("all right to {}", power(tolerance).text);
    map.mark([(-0.5, row), (last, row)], &label, (10.0, row - 1.5))
}

/// The first sweep after which no error is above the tolerance.
fn first_right(errors: &[Vec<f64>], tolerance: f64) -> Option<usize> {
    errors.iter().position(|row| row.iter().all(|error| *error <= tolerance))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_is_right_when_the_last_state_is() {
        let errors = [vec![0.0, 0.3, 0.5], vec![0.0, 1e-7, 0.1], vec![0.0, 0.0, 1e-6]];
        assert_eq!(
            [1.0, 0.2, 1e-6, 1e-8].map(|t| first_right(&errors, t)),
            [Some(0), Some(1), Some(2), None]
        );
    }

    /// Only the front helps a chaotic network, and nothing else than the front is certain.
    #[test]
    fn behind_the_front_all_is_right_and_before_it_a_chaotic_network_is_wrong() {
        let report = Report::new(1);
        let errors = errors(Recurrence::Gaussian { radius: 2.0 }, &report).unwrap();
        for (sweep, row) in errors.iter().enumerate() {
            let (reached, rest) = row.split_at(sweep);
            assert!(reached.iter().all(|error| *error < 1e-12), "sweep {sweep}: {reached:?}");
            assert!(rest.iter().all(|error| *error > 0.01), "sweep {sweep}: {rest:?}");
        }
    }
}

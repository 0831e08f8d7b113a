//! The tanh network all at once, as it is reported.

use chapter::{
    Figure, Progress, Report, Spread,
    format::{Value, count, count_or_never, decimals, exact, power_of_ten},
};
use ndarray::{Array2, Axis, array};
use rand::rngs::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;
use rnn::{Error, Rnn, init::Recurrence, scan::hillis_steele};

use crate::{
    INPUT, Parameters, SIZES,
    cost::{Cost, Sizes, each, product},
    fronts,
    parallel::{jacobi, largest_error, lyapunov_exponent, newton, one_by_one, solve},
    rounded, scan_cost,
    table::Table,
    wiring::{rounds, wire},
};

/// A network at work: its recurrent weights, `z` for some inputs, and the right states.
pub(crate) struct Network {
    pub w: Array2<f64>,
    pub z: Array2<f64>,
    pub right: Array2<f64>,
}

impl Network {
    /// An untrained network over standard normal inputs.
    pub fn draw(
        recurrence: Recurrence,
        [hidden, steps]: [usize; 2],
        mut rng: ChaCha8Rng,
    ) -> Result<Self, Error> {
        let cell = recurrence.draw(INPUT, hidden, &mut rng)?;
        let x: Array2<f64> =
            Array2::from_shape_simple_fn((steps, INPUT), || StandardNormal.sample(&mut rng));
        let z = x.dot(&cell.w_ih.t()) + &cell.b_ih + &cell.b_hh;
        let (output, _) = Rnn::from(cell.clone()).forward(&x.insert_axis(Axis(0)), None)?;
        Ok(Self { w: cell.w_hh, z, right: output.index_axis_move(Axis(0), 0) })
    }

    fn outcome(&self, tolerance: f64, most_iterations: usize) -> Outcome {
        let (problem, goal) = ((&self.w, &self.z), (&self.right, tolerance));
        let steps = self.z.nrows();
        Outcome {
            exponent: lyapunov_exponent(&self.w, &self.right),
            jacobi: solve(jacobi, problem, goal, steps.min(MOST_SWEEPS)).repeats,
            newton: solve(newton, problem, goal, steps.min(most_iterations)).repeats,
        }
    }
}

/// What it took to find the states of a network; nothing where the method did not.
struct Outcome {
    exponent: f64,
    jacobi: Option<usize>,
    newton: Option<usize>,
}

/// Sweeps are given up after so many, Newton's method after so many iterations.
const MOST_SWEEPS: usize = 500;
const MOST_ITERATIONS: usize = 60;

/// Just below where the networks become chaotic.
const EDGE_RADIUS: f64 = 1.5;

/// Networks of each kind.
const NETWORKS: usize = 3;

/// The sweeps over all networks of these sizes, where none of them gets there.
pub(crate) fn most_sweeps(steps: usize) -> usize {
    5 * NETWORKS * steps.min(MOST_SWEEPS)
}

/// The median of some counts, if most are there.
fn middle(found: &[Option<usize>]) -> Option<usize> {
    let counts = found.iter().map(|found| found.map_or(f64::INFINITY, |count| count as f64));
    let median = Spread::of(counts).median;
    median.is_finite().then_some(median as usize)
}

/// The same in words: "over" where most are beyond all.
fn median(found: &[Option<usize>], most: usize) -> Value {
    middle(found).map_or_else(|| format!("over {}", count(most)).into(), count)
}

/// An iteration of Newton's method: a sweep, the matrices of the linear recurrence, and its scan.
fn newton_cost(layer: Sizes, steps: usize) -> Cost {
    let hidden = layer.hidden;
    let linearised = each(hidden).then(each(hidden)).then(each(hidden * hidden));
    let of_matrices = product(hidden, hidden).beside(hidden);
    let of_vector = product(hidden, hidden).then(each(hidden));
    let sweep = layer.recurrence().then(linearised).then(of_vector).beside(steps);
    sweep.then(scan_cost(of_matrices.and(of_vector), steps))
}

impl Parameters {
    /// Sweeps and iterations against the Lyapunov exponent, and what they cost.
    pub(crate) fn nonlinear(&self, report: &mut Report) -> chapter::Result {
        report.section("The tanh network, all at once");
        report.number("units", count(self.hidden));
        report.number("steps", count(self.steps));
        report.number("tolerance", power(self.tolerance));
        report.number("networks", count(NETWORKS));
        report.number("radius", exact(self.radius));
        report.number("most_iterations", count(MOST_ITERATIONS));
        report.number("edge_radius", exact(EDGE_RADIUS));
        let layer = Sizes { hidden: self.hidden, ..SIZES };
        report.number("step_span", count(layer.in_a_loop(self.steps).span));
        fronts::report(self.tolerance, report)?;
        let bar = report.progress(5 * NETWORKS + 36, "sweeps");
        let gaussian = |radius| Recurrence::Gaussian { radius };
        for (name, recurrence) in [
            ("pytorch", Recurrence::Pytorch),
            ("orthogonal", Recurrence::Orthogonal),
            ("own", gaussian(self.radius)),
            ("edge", gaussian(EDGE_RADIUS)),
            ("chaotic", gaussian(2.0)),
        ] {
            let sizes = [self.hidden, self.steps];
            let outcomes: Vec<Outcome> = (0..NETWORKS)
                .into_par_iter()
                .map(|run| {
                    let network = Network::draw(recurrence, sizes, report.rng(run))?;
                    let outcome = network.outcome(self.tolerance, MOST_ITERATIONS);
                    bar.inc(1);
                    Ok::<_, Error>(outcome)
                })
                .collect::<Result<_, _>>()?;
            let exponent = Spread::of(outcomes.iter().map(|outcome| outcome.exponent)).median;
            let jacobi: Vec<_> = outcomes.iter().map(|outcome| outcome.jacobi).collect();
            let newton: Vec<_> = outcomes.iter().map(|outcome| outcome.newton).collect();
            report.number(&format!("{name}_exponent"), decimals(exponent, 2));
            report.number(&format!("{name}_expected"), count_or_never(self.expected(exponent)));
            report.number(&format!("{name}_sweeps"), median(&jacobi, self.steps.min(MOST_SWEEPS)));
            let most = self.steps.min(MOST_ITERATIONS);
            report.number(&format!("{name}_iterations"), median(&newton, most));
            self.price(name, &jacobi, &newton, report);
        }
        self.by_exponent(report, &bar)?;
        self.by_length(report)
    }

    /// How many sweeps leave no more of a guess than the tolerance, if each leaves `e^exponent`.
    fn expected(&self, exponent: f64) -> Option<usize> {
        (exponent < 0.0).then(|| (self.tolerance.ln() / exponent).ceil() as usize)
    }

    /// Work and span of the sweeps and iterations that a network needed, if it got there.
    fn price(
        &self,
        name: &str,
        jacobi: &[Option<usize>],
        newton: &[Option<usize>],
        report: &mut Report,
    ) {
        let layer = Sizes { hidden: self.hidden, ..SIZES };
        let in_a_loop = layer.in_a_loop(self.steps);
        for (method, repeats, repeat) in [
            ("jacobi", jacobi, layer.recurrence().beside(self.steps)),
            ("newton", newton, newton_cost(layer, self.steps)),
        ] {
            let Some(repeats) = middle(repeats) else { continue };
            let cost = layer.projection().beside(self.steps).then(repeat.in_a_row(repeats));
            let times = cost.work as f64 / in_a_loop.work as f64;
            report.number(&format!("{name}_{method}_work"), rounded(times.round() as u64));
            report.number(&format!("{name}_{method}_span"), count(cost.span));
        }
    }

    /// Networks of many spectral radii.
    fn by_exponent(&self, report: &mut Report, bar: &Progress) -> chapter::Result {
        const SIZES: [usize; 2] = [64, 300];
        let outcomes: Vec<Outcome> = (0..36)
            .into_par_iter()
            .map(|run| {
                let radius = 0.4 + f64::from(run) / 25.0;
                let run = 100 + run as usize;
                let recurrence = Recurrence::Gaussian { radius };
                let outcome = Network::draw(recurrence, SIZES, report.rng(run))?
                    .outcome(self.tolerance, SIZES[1]);
                bar.inc(1);
                Ok::<_, Error>(outcome)
            })
            .collect::<Result<_, _>>()?;
        let [units, steps] = SIZES;
        report.number("many", count(outcomes.len()));
        report.number("many_units", count(units));
        report.number("many_steps", count(steps));
        let points = |found: fn(&Outcome) -> Option<usize>| {
            let point = move |outcome: &Outcome| Some((outcome.exponent, found(outcome)? as f64));
            outcomes.iter().filter_map(point).collect::<Vec<_>>()
        };
        let exponents = (4..=150).map(|i| -f64::from(i) / 100.0);
        let curve = exponents.map(|exponent| (exponent, self.tolerance.ln() / exponent));
        report.figure(
            &Figure::new("exponent", "The exponent predicts how many sweeps it takes")
                .describe(
                    "A cloud of points for the sweeps {climbs: Jacobi} along the computed curve, \
                     and reaches the level of as many as there are steps at a mark where chaos \
                     begins. A second cloud, for the iterations, lies below it all along, nearly \
                     flat at first, and leaps up where chaos begins.",
                )
                .x_axis("Lyapunov exponent per step")
                .y_axis("sweeps or iterations")
                .log_y()
                .y_range(1.0, 400.0)
                .scatter("Jacobi", points(|outcome| outcome.jacobi))
                .scatter("Newton", points(|outcome| outcome.newton))
                .line("ln ε / exponent", curve)
                .mark_x(0.0, "chaos begins")
                .mark_y(steps as f64, &format!("{steps} steps")),
        )
    }

    /// The sweeps of one kind of network over longer and longer sequences.
    fn by_length(&self, report: &mut Report) -> chapter::Result {
        for (i, steps) in (1..).zip([100, 1_000, 10_000]) {
            let sizes = [self.hidden, steps];
            let network = Network::draw(Recurrence::Pytorch, sizes, report.rng(0))?;
            let goal = (&network.right, self.tolerance);
            let sweeps = solve(jacobi, (&network.w, &network.z), goal, steps).repeats;
            report.number(&format!("length_{i}"), count(steps));
            report.number(&format!("length_{i}_sweeps"), median(&[sweeps], steps));
        }
        Ok(())
    }

    /// The latch of chapter 1, told its bit anew after every gap.
    pub(crate) fn latch(&self, report: &mut Report) -> chapter::Result {
        const WEIGHT: f64 = 2.0;
        const PUSH: f64 = 3.0;
        let steps = 2 * self.gap;
        let mut z = Array2::zeros((steps, 1));
        (z[[0, 0]], z[[self.gap, 0]]) = (PUSH, -PUSH);
        let w = array![[WEIGHT]];
        let right = one_by_one(&w, &z);
        let exponent = lyapunov_exponent(&w, &right);
        let goal = (&right, self.tolerance);
        let sweeps = solve(jacobi, (&w, &z), goal, steps);
        let iterations = solve(newton, (&w, &z), goal, steps);
        report.section("The latch, all at once");
        report.number("latch_gap", count(self.gap));
        report.number("latch_steps", count(steps));
        report.number("latch_exponent", decimals(exponent, 2));
        report.number("latch_expected", count_or_never(self.expected(exponent)));
        report.number("latch_sweeps", median(&[sweeps.repeats], steps));
        report.number("latch_iterations", median(&[iterations.repeats], steps));
        let first =
            |states: &Array2<f64>| states.slice_axis(Axis(0), (..self.gap).into()).to_owned();
        let goal = (&first(&right), self.tolerance);
        let before_second = solve(newton, (&w, &first(&z)), goal, steps);
        report.number("latch_first_iterations", median(&[before_second.repeats], steps));
        let by_table = Self::latch_by_table(WEIGHT, &z);
        report.number("table_places", count(PLACES));
        let joins = wire(steps, |items, join| hillis_steele(items, join));
        report.number("table_rounds", count(rounds(&joins)));
        report.number("table_error", power_above(largest_error(&by_table, &right)));
        // What lies beyond the figure's edge need not be drawn to its end.
        let points = |errors: Vec<f64>| {
            errors.into_iter().enumerate().map(|(repeat, error)| (repeat as f64, error.min(1e6)))
        };
        report.figure(
            &Figure::new("latch", "Sweeps find a latch only when they reach the write")
                .describe(
                    "Jacobi's line stays level up to a mark where the sweeps reach the write, and \
                     {falls: Jacobi} there. Newton's leaves the picture at the top, comes back, \
                     stays level for half as long and falls.",
                )
                .x_axis("sweeps or iterations")
                .y_axis("largest error")
                .log_y()
                .y_range(1e-8, 10.0)
                .mark_x(self.gap as f64, "the sweeps reach the write")
                .line("Jacobi", points(sweeps.errors))
                .line("Newton", points(iterations.errors)),
        )
    }

    /// The states of the latch `[T, 1]` by a scan: its steps are written down as tables, which join.
    fn latch_by_table(weight: f64, z: &Array2<f64>) -> Array2<f64> {
        let steps: Vec<Table> =
            z.iter().map(|z| Table::of(|h| (weight * h + z).tanh(), PLACES)).collect();
        let joined = hillis_steele(&steps, Table::then);
        Array2::from_shape_fn(z.dim(), |(t, _)| joined[t].apply(0.0))
    }
}

/// How many values write a step of the latch down.
const PLACES: usize = 2_001;

/// The next power of ten above a small number.
fn power_above(value: f64) -> Value {
    let exponent = value.max(f64::MIN_POSITIVE).log10().ceil();
    Value::new(value, power_of_ten(exponent as i32))
}

/// A small number as a power of ten where it is one.
pub(crate) fn power(value: f64) -> Value {
    let exponent = value.log10();
    if (exponent - exponent.round()).abs() < 1e-9 {
        Value::new(value, power_of_ten(exponent.round() as i32))
    } else {
        exact(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_iteration_of_newton_counted_by_hand() {
        // Each of four steps: a sweep of 2 × (2 + 1) + 4 operations in 4 rounds; `1 - f²` in two
        // rounds and its product with W's rows in one, 2 + 2 + 4; J times the guess, and the
        // difference, 6 + 2 in 3. Four joins in two rounds, of two products of matrix and vector
        // for the matrices, beside another one and a sum.
        let layer = Sizes { input: 9, hidden: 2 };
        let work = 4 * (10 + 8 + 8) + 4 * (2 * 6 + 6 + 2);
        assert_eq!(newton_cost(layer, 4), Cost { work, span: 4 + 3 + 3 + 2 * 3 });
    }

    #[test]
    fn most_networks_decide() {
        assert_eq!(middle(&[Some(9), None, Some(3)]), Some(9));
        assert_eq!(middle(&[Some(9), None, None]), None);
        assert_eq!(median(&[None], 1_000).text, "over 1,000");
    }

    #[test]
    fn a_tolerance_is_printed_as_it_is() {
        assert_eq!([1e-6, 0.1, 0.002].map(|value| power(value).text), ["10⁻⁶", "10⁻¹", "0.002"]);
        assert_eq!([4e-7, 1.1e-7].map(|value| power_above(value).text), ["10⁻⁶", "10⁻⁶"]);
    }
}

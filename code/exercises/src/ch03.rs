//! Chapter 3: how far back?

use std::iter::zip;

use ndarray::{Array1, Array2, Array3, ArrayRef2, Axis, concatenate};
use rand::{Rng, RngExt};
use rnn::{LstmCell, Parameters, Rnn, RnnCell, init::orthogonal};

use crate::{Slip, compare::compare, rng};

/// One step of an LSTM, handed out with its gates in the wrong order.
///
/// # Errors
/// Where an answer is wrong.
pub fn gates(
    step: impl Fn(&LstmCell<f64>, &Array1<f64>, &Array1<f64>, &Array1<f64>) -> [Array1<f64>; 2],
) -> Result<(), Slip> {
    let mut rng = rng()?;
    for (inputs, units) in [(2, 3), (3, 2)] {
        let cell = LstmCell::<f64>::new(inputs, units, &mut rng)?;
        let x = numbers(inputs, &mut rng);
        let (h, c) = (numbers(units, &mut rng), numbers(units, &mut rng));
        let joined = |[h, c]: [Array1<f64>; 2]| concatenate![Axis(0), h, c];
        let (right_h, right_c) = cell.step(&x, &h, &c)?;
        let z = cell.w_ih.dot(&x) + &cell.b_ih + cell.w_hh.dot(&h) + &cell.b_hh;
        let of_blocks = |blocks| joined(lstm(&z, &c, blocks));

        // i, f, g, o: those that are still taken from ONNX's place.
        let mut slips = vec![
            (
                of_blocks([0, 2, 3, 1]),
                "the gates are not where the code looks for them. Which rows of z belong to which?",
            ),
            (of_blocks([0, 1, 3, 1]), "f is right by now. g and o are not."),
            (of_blocks([0, 2, 2, 1]), "g is right by now. f and o are not."),
            (of_blocks([0, 2, 3, 3]), "o is right by now. f and g are not."),
            (of_blocks([0, 1, 2, 1]), "o alone is still taken from the wrong rows."),
            (of_blocks([0, 1, 3, 3]), "g alone is still taken from the wrong rows."),
            (of_blocks([0, 2, 2, 3]), "f alone is still taken from the wrong rows."),
        ];
        slips.extend([
            (of_blocks([0, 1, 3, 2]), "g and o have changed places."),
            (of_blocks([0, 3, 2, 1]), "f and o have changed places."),
            (of_blocks([0, 2, 1, 3]), "f and g have changed places."),
            (of_blocks([1, 0, 2, 3]), "i and f have changed places."),
            (of_blocks([0, 3, 1, 2]), "the rows are moved the wrong way round."),
            (joined([right_c.clone(), right_h.clone()]), "h' comes first, then c'."),
        ]);
        let case = format!("An LSTM with {inputs} inputs and {units} units, h' and behind it c':");
        let found = joined(step(&cell, &x, &h, &c));
        compare(case, &found, &joined([right_h, right_c]), &slips)?;
    }
    Ok(())
}

/// `[h', c']`, where the gates i, f, g and o are those blocks of z.
fn lstm(z: &Array1<f64>, c: &Array1<f64>, [i, f, g, o]: [usize; 4]) -> [Array1<f64>; 2] {
    let units = c.len();
    let gate = |block: usize| {
        z.slice_axis(Axis(0), (block * units..(block + 1) * units).into()).to_owned()
    };
    let c = gate(f).mapv(sigmoid) * c + gate(i).mapv(sigmoid) * gate(g).tanh();
    [gate(o).mapv(sigmoid) * c.tanh(), c]
}

/// The forget bias with which a cell state keeps a share over some steps.
///
/// # Errors
/// Where an answer is wrong.
pub fn forget_bias(bias: impl Fn(f64, usize) -> f64) -> Result<(), Slip> {
    let mut rng = rng()?;
    let asked = [
        (0.01, 50),
        (0.5, rng.random_range(20..100)),
        (rng.random_range(0.1..0.4), rng.random_range(5..20)),
    ];
    let of_each = |f: &dyn Fn(f64, f64) -> f64| {
        asked.iter().map(|&(share, steps)| f(share, steps as f64)).collect::<Array1<f64>>()
    };
    let found: Array1<f64> = asked.iter().map(|&(share, steps)| bias(share, steps)).collect();
    let mut case = String::new();
    for (&(share, steps), &bias) in zip(&asked, &found) {
        if !bias.is_finite() {
            return Err(Slip::new(format!(
                "To keep {share:.2} over {steps} steps: the bias is {bias}.\nLikely: `1 / steps` of \
                 whole numbers is 0. Or a logarithm gets a number that is not above 0."
            )));
        }
        let kept = kept(bias, steps)?;
        case +=
            &format!("To keep {share:.2} over {steps} steps: with your bias {kept:.2} is left.\n");
    }
    case += "The biases:";

    // Not as a learner would write it.
    let right_bias = |share: f64, steps: f64| -(-share.ln() / steps).exp_m1().ln();
    let right = of_each(&right_bias);
    let gate = |share: f64, steps: f64| share.powf(1.0 / steps);
    let slips = [
        (of_each(&gate), "that is the gate f. Which bias does σ make it from?"),
        (
            of_each(&|share, _| inverse_sigmoid(share)),
            "a gate that large leaves the share after one step, not after all of them.",
        ),
        (-&right, "the sign is turned. A bias below 0 shuts the gate."),
        (
            of_each(&|share, steps| inverse_sigmoid(1.0 - (1.0 - share) / steps)),
            "this takes the same amount away at every step. A gate takes the same share of what is left.",
        ),
        (
            of_each(&|share, steps| inverse_sigmoid(share / steps)),
            "each step multiplies, so it is the root of the share, not its quotient.",
        ),
        (
            of_each(&|share, steps| inverse_sigmoid(share.powf(steps))),
            "the steps are on the wrong side. The gate to the power of the steps is the share.",
        ),
        (
            of_each(&|share, steps| gate(share, steps).atanh()),
            "that is the inverse of tanh. A gate is made by σ.",
        ),
        (
            of_each(&|share, steps| gate(share, steps).ln()),
            "that is the logarithm of the gate, not the inverse of σ.",
        ),
        (
            of_each(&|share, steps| sigmoid(gate(share, steps))),
            "σ leads from the bias to the gate. The way back is its inverse.",
        ),
        (
            of_each(&|share, steps| right_bias(share, steps).exp()),
            "the logarithm is missing: f / (1 - f) is not yet the bias.",
        ),
        (
            of_each(&|share, steps| right_bias(share, steps) / 10_f64.ln()),
            "the logarithm is the natural one, `ln`.",
        ),
    ];
    compare(case, &found, &right, &slips)
}

/// What an LSTM in which there is nothing but a forget bias keeps of its cell state.
fn kept(bias: f64, steps: usize) -> Result<f64, Slip> {
    let mut cell = LstmCell::new(1, 1, &mut rng()?)?;
    for mut parameters in cell.parameters_mut() {
        parameters.fill(0.0);
    }
    cell.set_forget_bias(bias);
    let zero = Array1::zeros(1);
    let mut c = Array1::ones(1);
    for _ in 0..steps {
        (_, c) = cell.step(&zero, &zero, &c)?;
    }
    Ok(c[0])
}

/// Why a network forgets its first state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// `W_hh` shrinks the derivative, even where every slope of tanh is 1.
    Weights,
    /// `W_hh` alone would keep the derivative. The slopes of tanh shrink it.
    Slopes,
    /// The network does not forget.
    Nothing,
}

/// Which of the factors in the derivative makes it vanish? With the cause an answer gives the two norms
/// that show it.
///
/// # Errors
/// Where an answer is wrong, or the answer itself reports an error.
pub fn why(
    cause: impl Fn(&RnnCell<f64>, &Array2<f64>) -> Result<(Cause, [f64; 2]), rnn::Error>,
) -> Result<(), Slip> {
    let mut rng = rng()?;
    // Few steps: over many the norms are so small that a slip does not show.
    for steps in [3, 1, 5] {
        let mut cell = RnnCell::<f64>::new(2, 4, &mut rng)?;
        cell.w_hh *= 3.0;
        let x = Array2::from_shape_simple_fn((steps, 2), || rng.random_range(-1.0..1.0));
        let (_, found) = cause(&cell, &x)?;
        right_norms(&cell, &x, found)?;
    }
    for (number, kind) in zip(1.., KINDS) {
        let case = Case::draw(kind, &mut rng)?;
        let (found, _) = cause(&case.cell, &case.x)?;
        if found != kind.cause {
            let Case { left, of_weights, slope, .. } = case;
            return Err(Slip::new(format!(
                "Network {number} of {}:\n  expected  Cause::{:?}\n  came      Cause::{found:?}\n\
                 The norm of the derivative over its {STEPS} steps is {left:.1e}. Of W_hh alone, \
                 without the slopes, it is {of_weights:.1e}. The mean slope is {slope:.2}.\nLikely: {}",
                KINDS.len(),
                kind.cause,
                likely(kind.cause, found)
            )));
        }
    }
    Ok(())
}

/// Compares both norms, of the derivative and of the same with slopes of 1.
fn right_norms(cell: &RnnCell<f64>, x: &Array2<f64>, found: [f64; 2]) -> Result<(), Slip> {
    let mut states = vec![Array1::zeros(cell.hidden_size())];
    for x in x.rows() {
        states.push(cell.step(&x, &states[states.len() - 1])?);
    }
    let jacobian = |h: &Array1<f64>| (1.0 - h * h).insert_axis(Axis(1)) * &cell.w_hh;
    let jacobians: Vec<_> = states[1..].iter().map(jacobian).collect();
    let early: Vec<_> = states[..x.nrows()].iter().map(jacobian).collect();
    let weights = vec![cell.w_hh.clone(); x.nrows()];
    let right = product(&jacobians);
    let both = |[derivative, without_slopes]: [&[Array2<f64>]; 2],
                of: &dyn Fn(&[Array2<f64>]) -> f64| {
        Array1::from(vec![of(derivative), of(without_slopes)])
    };
    let all = [&jacobians[..], &weights[..]];
    let entrywise = |factors: &[Array2<f64>]| {
        norm(
            &factors
                .iter()
                .fold(Array2::eye(cell.hidden_size()), |product, factor| factor * &product),
        )
    };
    let from_ones =
        |factors: &[Array2<f64>]| norm(&product(factors).dot(&Array2::ones(cell.w_hh.dim())));
    let of_product = |factors: &[Array2<f64>]| norm(&product(factors));
    let turned = |factors: &[Array2<f64>]| {
        norm(
            &factors
                .iter()
                .fold(Array2::eye(cell.hidden_size()), |product, factor| product.dot(factor)),
        )
    };
    let of_weights = norm(&product(&weights));
    let expected = both(all, &of_product);
    let slips = [
        (
            both([&early, &weights], &of_product),
            "the slopes belong to the state after the step, and these are taken before it.",
        ),
        (
            both(all, &turned),
            "the matrices are multiplied in the wrong order: the latest is on the left.",
        ),
        (both([&jacobians[1..], &weights[1..]], &of_product), "the first step is missing."),
        (
            both([&jacobians[1..], &weights], &of_product),
            "the first step is missing in the derivative.",
        ),
        (
            both([&jacobians[..x.nrows() - 1], &weights[1..]], &of_product),
            "the last step is missing.",
        ),
        (
            both([&weights, &weights], &of_product),
            "the slopes of tanh are factors of the derivative as well.",
        ),
        (Array1::from(vec![of_weights, norm(&right)]), "the two norms have changed places."),
        (
            both(all, &|factors| factors.iter().map(|factor| norm(factor)).product()),
            "it is the norm of the product that counts, not the product of the norms.",
        ),
        (both(all, &entrywise), "`*` multiplies entry by entry. The product of matrices is `dot`."),
        (Array1::zeros(2), "a product begins with the identity, not with zeros."),
        (
            both(all, &from_ones),
            "a product begins with the identity, `Array2::eye`, not with ones.",
        ),
        (
            both([&jacobians[x.nrows() - 1..], &weights[..1]], &of_product),
            "those are the factors of one step alone.",
        ),
        (
            Array1::from(vec![norm(&jacobians[x.nrows() - 1]), of_weights]),
            "the derivative has the factor of one step alone.",
        ),
    ];
    let case =
        format!("Both norms over {} steps, of the derivative and with slopes of 1:", x.nrows());
    compare(case, &Array1::from(found.to_vec()), &expected, &slips)
}

/// The product of matrices, the latest on the left.
fn product(factors: &[Array2<f64>]) -> Array2<f64> {
    let Some((first, later)) = factors.split_first() else { return Array2::eye(1) };
    later.iter().fold(first.clone(), |product, factor| factor.dot(&product))
}

/// The norms are right by now.
fn likely(expected: Cause, found: Cause) -> &'static str {
    match (expected, found) {
        (Cause::Nothing, _) => {
            "the first norm is not below 0.01, so it does not forget, whatever its weights or slopes are."
        }
        (_, Cause::Nothing) => "the first norm is below 0.01, so it forgets.",
        (Cause::Slopes, _) => "with slopes of 1 nothing would fade, so it is not W_hh.",
        (Cause::Weights, _) => {
            "with slopes of 1 it would fade as well, so it is W_hh, even where slopes are small."
        }
    }
}

const STEPS: usize = 40;
const UNITS: usize = 16;

/// How a network is drawn, and what is the matter with it.
#[derive(Clone, Copy)]
struct Kind {
    weights: Weights,
    /// PyTorch's input weights times this.
    inputs: f64,
    /// PyTorch's biases times this.
    biases: f64,
    /// What the input in the middle of the sequence is multiplied by.
    jolt: f64,
    cause: Cause,
}

#[derive(Clone, Copy)]
enum Weights {
    Drawn,
    /// A rotation times this.
    Rotation(f64),
    /// Large entries beside the diagonal, which fade all the same.
    Shear,
}

const KINDS: [Kind; 12] = [
    Kind { weights: Weights::Drawn, inputs: 1.0, biases: 1.0, jolt: 1.0, cause: Cause::Weights },
    Kind {
        weights: Weights::Rotation(1.0),
        inputs: 0.05,
        biases: 0.05,
        jolt: 1.0,
        cause: Cause::Nothing,
    },
    Kind {
        weights: Weights::Rotation(1.0),
        inputs: 20.0,
        biases: 1.0,
        jolt: 1.0,
        cause: Cause::Slopes,
    },
    Kind {
        weights: Weights::Rotation(0.6),
        inputs: 0.05,
        biases: 0.05,
        jolt: 1.0,
        cause: Cause::Weights,
    },
    // Its slopes are small, but its weights are large.
    Kind {
        weights: Weights::Rotation(4.0),
        inputs: 1.0,
        biases: 1.0,
        jolt: 1.0,
        cause: Cause::Nothing,
    },
    Kind {
        weights: Weights::Rotation(1.2),
        inputs: 1.0,
        biases: 20.0,
        jolt: 1.0,
        cause: Cause::Slopes,
    },
    // Small slopes, and yet it would forget without them.
    Kind {
        weights: Weights::Rotation(0.6),
        inputs: 20.0,
        biases: 1.0,
        jolt: 1.0,
        cause: Cause::Weights,
    },
    Kind {
        weights: Weights::Rotation(1.0),
        inputs: 0.05,
        biases: 0.05,
        jolt: 1.0,
        cause: Cause::Nothing,
    },
    Kind { weights: Weights::Shear, inputs: 0.05, biases: 0.05, jolt: 1.0, cause: Cause::Weights },
    // On both sides of a hundredth.
    Kind {
        weights: Weights::Rotation(0.92),
        inputs: 0.02,
        biases: 0.02,
        jolt: 1.0,
        cause: Cause::Nothing,
    },
    Kind {
        weights: Weights::Rotation(0.87),
        inputs: 0.02,
        biases: 0.02,
        jolt: 1.0,
        cause: Cause::Weights,
    },
    // A single step in which all units are flat.
    Kind {
        weights: Weights::Rotation(1.0),
        inputs: 0.05,
        biases: 0.05,
        jolt: 1e5,
        cause: Cause::Slopes,
    },
];

/// A network, what it reads, and what can be measured of it.
struct Case {
    cell: RnnCell<f64>,
    x: Array2<f64>,
    /// The norm of the derivative of the last state by the one before the first step.
    left: f64,
    /// The same with slopes of 1.
    of_weights: f64,
    /// The mean slope.
    slope: f64,
}

impl Case {
    /// Draws until the cause is beyond doubt.
    fn draw(kind: Kind, rng: &mut impl Rng) -> Result<Self, rnn::Error> {
        loop {
            let case = Self::measured(kind, rng)?;
            let forgets = |norm: f64| norm < 0.008;
            let keeps = |norm: f64| norm > 0.0125;
            let clear = match kind.cause {
                Cause::Nothing => keeps(case.left),
                Cause::Weights => forgets(case.left) && forgets(case.of_weights),
                Cause::Slopes => forgets(case.left) && keeps(case.of_weights),
            };
            if clear {
                return Ok(case);
            }
        }
    }

    fn measured(kind: Kind, rng: &mut impl Rng) -> Result<Self, rnn::Error> {
        let mut cell = RnnCell::<f64>::new(2, UNITS, rng)?;
        match kind.weights {
            Weights::Drawn => {}
            Weights::Rotation(gain) => cell.w_hh = gain * orthogonal(UNITS, rng)?,
            Weights::Shear => {
                cell.w_hh = 0.5 * Array2::eye(UNITS);
                for pair in 0..UNITS / 2 {
                    cell.w_hh[[2 * pair, 2 * pair + 1]] = 3.0;
                }
            }
        }
        cell.w_ih *= kind.inputs;
        cell.b_ih *= kind.biases;
        cell.b_hh *= kind.biases;
        let mut x = Array2::from_shape_simple_fn((STEPS, 2), || rng.random_range(-1.0..1.0));
        x.row_mut(STEPS / 2).mapv_inplace(|number| number * kind.jolt);

        let mut h = Array1::zeros(UNITS);
        let mut product = Array2::eye(UNITS);
        let mut of_weights = Array2::eye(UNITS);
        let mut slope = 0.0;
        for x in x.rows() {
            h = cell.step(&x, &h)?;
            let slopes = h.mapv(|h| 1.0 - h * h);
            slope += slopes.sum() / (UNITS * STEPS) as f64;
            product = (slopes.insert_axis(Axis(1)) * &cell.w_hh).dot(&product);
            of_weights = cell.w_hh.dot(&of_weights);
        }
        let (left, of_weights) = (norm(&product), norm(&of_weights));
        Ok(Self { cell, x, left, of_weights, slope })
    }
}

/// The root mean square of the stretch over all directions.
fn norm(matrix: &ArrayRef2<f64>) -> f64 {
    (matrix.pow2().sum() / matrix.nrows() as f64).sqrt()
}

/// A cell of two units that keeps the parity of the bits that it has read.
///
/// # Errors
/// Where the cell loses the parity, or the answer itself reports an error.
pub fn parity(build: impl Fn() -> Result<RnnCell<f64>, rnn::Error>) -> Result<(), Slip> {
    let cell = build()?;
    if (cell.input_size(), cell.hidden_size()) != (1, 2) {
        return Err(Slip::new(format!(
            "The cell should have 1 input and 2 units, and has {} and {}.",
            cell.input_size(),
            cell.hidden_size()
        )));
    }
    let Some(lost) = first_loss(&cell)? else { return Ok(()) };
    let name = |odd: bool| if odd { "odd" } else { "even" };
    Err(Slip::new(format!(
        "Step {}, counted from 0, of {BITS}: the parity was {}, and a {} came.\n  expected  {}\n  came      \
         {}, for the state is {:.4}\n  before the step it was {:.4}\nLikely: {}",
        lost.step,
        name(lost.odd),
        u8::from(lost.bit),
        name(lost.odd != lost.bit),
        name(lost.odd == lost.bit),
        lost.state,
        lost.state_before,
        lost.likely(&cell)
    )))
}

const BITS: usize = 10_000;

/// Where a cell loses the parity.
struct Loss {
    step: usize,
    /// Before the step.
    odd: bool,
    bit: bool,
    state_before: Array1<f64>,
    /// After the step.
    state: Array1<f64>,
}

fn first_loss(cell: &RnnCell<f64>) -> Result<Option<Loss>, Slip> {
    let mut rng = rng()?;
    let (mut h, mut odd) = (Array1::zeros(2), false);
    // Each parity with each bit first, in the order in which one would try them by hand.
    let first_bits = [false, true, false, true];
    for step in 0..BITS {
        let bit = first_bits.get(step).copied().unwrap_or_else(|| rng.random());
        let state_before = h;
        h = cell.step(&Array1::from_elem(1, f64::from(u8::from(bit))), &state_before)?;
        if (h[0] - h[1] > 1.0) != (odd != bit) {
            return Ok(Some(Loss { step, odd, bit, state_before, state: h }));
        }
        odd ^= bit;
    }
    Ok(None)
}

impl Loss {
    fn likely(&self, cell: &RnnCell<f64>) -> &'static str {
        let mut large = cell.clone();
        for mut parameters in large.parameters_mut() {
            parameters *= 20.0;
        }
        if matches!(first_loss(&large), Ok(None)) {
            return "the weights and biases fit together, but all are too small. tanh has to snap: \
                    multiply them by the same number.";
        }
        if self.step > 1 && self.state_before.iter().any(|h| h.abs() < 0.9) {
            return "a unit was half on before this step, so its sum was near 0. A threshold belongs between \
                    two sums, not on one of them. (Both biases count.)";
        }
        let both_on = self.state_before.iter().all(|&h| h > 0.0);
        match (self.odd, self.bit) {
            (false, false) if self.step == 0 => {
                "nothing has come, so both units should be off. That is up to the biases."
            }
            (false, _) if both_on => {
                "before this step both units are on, which is even as well: h[0] - h[1] is near 0, whether both \
                 are on or off. What does W_hh make of it?"
            }
            (false, false) => {
                "the parity is even and no bit came, so both units should be off. A unit that is off \
                 is -1, not 0: what does W_hh make of that?"
            }
            (false, true) => {
                "a bit alone should turn on unit 0, and leave unit 1 off. A unit that is off is -1, not 0: what \
                 does W_hh make of that?"
            }
            (true, false) => {
                "an odd parity alone should do what a bit alone does. Odd means h[0] - h[1] = 2: what \
                 does W_hh make of it?"
            }
            (true, true) => "a bit and an odd parity together should turn on both units.",
        }
    }
}

/// The last state that counts, of each sequence of a padded batch.
///
/// # Errors
/// Where an answer is wrong.
pub fn last_valid(last_valid: impl Fn(&Array3<f64>, &[usize]) -> Array2<f64>) -> Result<(), Slip> {
    let mut rng = rng()?;
    let first = rng.random_range(0..6);
    // Lengths of 1 and of all steps come later: some slips would panic there and get no message.
    let batches = [
        // The first and the last one are neither the shortest nor the longest.
        [1, 3, 0, 2].map(|more| 2 + first % 3 + more).to_vec(),
        (0..8).map(|n| 1 + (first + n) % 8).collect(),
    ];
    for lengths in batches {
        let x = padded(&lengths, &mut rng);
        let rnn = Rnn::<f64>::new(2, 3, &mut rng)?;
        let (_, [h_n]) = rnn.forward_padded(&x, &lengths, None)?;
        let right = h_n.index_axis(Axis(0), 0).to_owned();

        let (output, [h_n]) = rnn.forward(&x, None)?;
        let of_steps = |step: &dyn Fn(usize) -> usize| {
            let mut states = Array2::zeros(right.dim());
            for (n, mut state) in states.rows_mut().into_iter().enumerate() {
                state.assign(&output.index_axis(Axis(0), n).row(step(n).min(MOST_STEPS - 1)));
            }
            states
        };
        let longest = lengths.iter().copied().max().unwrap_or(MOST_STEPS);
        let slips = [
            (
                h_n.index_axis(Axis(0), 0).to_owned(),
                "that is the state after the last step of the batch, behind the padding.",
            ),
            (of_steps(&|n| lengths[n]), "one too late: steps are counted from 0."),
            (of_steps(&|n| lengths[n].saturating_sub(2)), "one too early."),
            (of_steps(&|_| 0), "that is the state after the first step."),
            (
                of_steps(&|_| lengths[0] - 1),
                "the first sequence's length is used for all of them. Each has its own.",
            ),
            (
                of_steps(&|_| longest - 1),
                "the greatest length is used for all sequences. Each has its own.",
            ),
            (Array2::zeros(right.dim()), "nothing is written."),
        ];
        let case = format!("Sequences of {lengths:?} steps, padded to {MOST_STEPS}:");
        compare(case, &last_valid(&output, &lengths), &right, &slips)?;
    }
    Ok(())
}

/// Steps of a padded batch.
const MOST_STEPS: usize = 8;

/// Inputs `[N, T, 2]`, zero behind each sequence's end.
fn padded(lengths: &[usize], rng: &mut impl Rng) -> Array3<f64> {
    let mut x = Array3::zeros((lengths.len(), MOST_STEPS, 2));
    for (mut sequence, &length) in zip(x.outer_iter_mut(), lengths) {
        for mut x in sequence.rows_mut().into_iter().take(length) {
            x.assign(&numbers(2, rng));
        }
    }
    x
}

fn sigmoid(a: f64) -> f64 {
    1.0 / (1.0 + (-a).exp())
}

fn inverse_sigmoid(gate: f64) -> f64 {
    (gate / (1.0 - gate)).ln()
}

fn numbers(count: usize, rng: &mut impl Rng) -> Array1<f64> {
    Array1::from_shape_simple_fn(count, || rng.random_range(-1.0..1.0))
}

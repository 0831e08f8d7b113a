//! What a figure with a logarithmic axis shows.

use ndarray::{Array1, Array2};
use rand::{SeedableRng, rngs::ChaCha8Rng};
use rnn::{RnnCell, init::Recurrence};

use super::{norm, run};
use crate::Slip;

/// What was read from the figure of the two sentences.
#[derive(Clone, Copy, Debug)]
pub struct Readings {
    /// By this number each character multiplies the distance: the line of `PyTorch's init`.
    pub pytorch: f64,
    /// Likewise the line of `orthogonal`.
    pub orthogonal: f64,
    /// Likewise the upper edge of the shade around `PyTorch's init`.
    pub upper_edge: f64,
    /// After so many characters a millionth of the distance is left: the line of `PyTorch's init`.
    pub millionth: f64,
}

/// The readings of a figure.
///
/// # Errors
/// Where one is far from what the figure shows.
pub fn figure(readings: impl Fn() -> Readings) -> Result<(), Slip> {
    let found = readings();
    let pytorch = Curves::draw(Recurrence::Pytorch)?;
    let orthogonal = Curves::draw(Recurrence::Orthogonal)?;
    let factors = [
        ("pytorch", found.pytorch, slope(&pytorch.median)),
        ("orthogonal", found.orthogonal, slope(&orthogonal.median)),
        ("upper_edge", found.upper_edge, slope(&pytorch.highest)),
    ];
    let [one, two, three] = factors.map(|(_, _, slope)| slope);
    for (name, found, right) in factors {
        factor(name, found, right, &[one, two, three, slope(&pytorch.lowest)])?;
    }
    millionth(found.millionth, &pytorch, &orthogonal)
}

/// How far a difference in the first word is left after each character, in several networks.
struct Curves {
    median: Vec<f64>,
    lowest: Vec<f64>,
    highest: Vec<f64>,
}

impl Curves {
    /// As the chapter draws them, whatever `EXERCISES_SEED` says: the figure is there already.
    fn draw(recurrence: Recurrence) -> Result<Self, rnn::Error> {
        const NETWORKS: u64 = 20;
        let mut curves = Vec::new();
        for network in 0..NETWORKS {
            let mut rng = ChaCha8Rng::seed_from_u64(1);
            rng.set_stream(network);
            curves.push(distances(&recurrence.draw(alphabet().len(), 32, &mut rng)?)?);
        }
        let last = curves.len() - 1;
        Ok(Self {
            median: ranked(&curves, last / 2),
            // As the figure, which ends there.
            lowest: ranked(&curves, 0).into_iter().map(|distance| distance.max(1e-14)).collect(),
            highest: ranked(&curves, last),
        })
    }
}

/// At each step the distance that has this rank among the networks'.
fn ranked(curves: &[Vec<f64>], rank: usize) -> Vec<f64> {
    let at = |step: usize| {
        let mut distances: Vec<f64> = curves.iter().map(|curve| curve[step]).collect();
        distances.sort_by(f64::total_cmp);
        distances[rank]
    };
    (0..curves[0].len()).map(at).collect()
}

const FIRST_WORDS: [&str; 2] = ["Nobody", "Everybody"];
const REST: &str = " told the old captain that the harbour was closed.";

fn alphabet() -> Vec<char> {
    let mut alphabet: Vec<char> = FIRST_WORDS.concat().chars().chain(REST.chars()).collect();
    alphabet.sort_unstable();
    alphabet.dedup();
    alphabet
}

/// The distance of the states after the first words, and after each character of the rest, over the
/// first of them.
fn distances(cell: &RnnCell<f64>) -> Result<Vec<f64>, rnn::Error> {
    let alphabet = alphabet();
    let mut states = Vec::new();
    for word in FIRST_WORDS {
        let text: Vec<char> = word.chars().chain(REST.chars()).collect();
        let one_hot = |(t, d): (usize, usize)| f64::from(text[t] == alphabet[d]);
        let x = Array2::from_shape_fn((text.len(), alphabet.len()), one_hot);
        let read = run(cell, &x, &Array1::zeros(cell.hidden_size()))?;
        states.push(read.slice_axis(ndarray::Axis(0), (word.len() - 1..).into()).to_owned());
    }
    let apart = &states[0] - &states[1];
    let distances: Vec<f64> = apart.rows().into_iter().map(|row| norm(&row)).collect();
    Ok(distances.iter().map(|distance| distance / distances[0]).collect())
}

/// How many powers of ten a curve rises with each step, from its first point to its last.
fn slope(curve: &[f64]) -> f64 {
    let steps = curve.len() - 1;
    (curve[steps] / curve[0]).log10() / steps as f64
}

/// Compares a factor with the slope of a line, in powers of ten a step. `others` are other lines'.
fn factor(name: &str, found: f64, right: f64, others: &[f64]) -> Result<(), Slip> {
    const STEPS: f64 = 50.0;
    // So well a figure can be read.
    let near =
        |number: f64, slope: f64| (number.log10() - slope).abs() <= 0.12 * slope.abs() + 0.005;
    if near(found, right) {
        return Ok(());
    }
    let slips = [
        (
            -right,
            "that is the slope, in powers of ten for each character. Ten to its power is the factor.",
        ),
        (right.exp(), "the slope is made a factor by e. The axis counts in powers of ten."),
        (
            10_f64.powf(right / 3.0),
            "from one labelled line to the next it is three powers of ten, not one.",
        ),
        (10_f64.powf(-right), "upside down: a line that falls multiplies by less than 1."),
        (10_f64.powf(right * STEPS), "that is the factor of all characters together."),
        (10_f64.powf(right * 10.0), "that is the factor of ten characters."),
        (
            1.0 - 1.0 / STEPS,
            "read as if the axis were linear. Each line across is a tenth of the one above it.",
        ),
        (
            1.0 / STEPS,
            "read as if the axis were linear. Each line across is a tenth of the one above it.",
        ),
    ];
    let of_another = others
        .iter()
        .map(|slope| (10_f64.powf(*slope), "that is another line, or another edge of the shade."));
    let likely = slips.into_iter().chain(of_another);
    told(name, found, likely.filter(|(slip, _)| near(found.abs(), slip.log10())))
}

fn millionth(found: f64, pytorch: &Curves, orthogonal: &Curves) -> Result<(), Slip> {
    // The figure has a grid of ten characters.
    const READ: f64 = 2.0;
    let until = |curve: &[f64], level: f64| {
        curve.iter().position(|distance| *distance < level).unwrap_or(curve.len()) as f64
    };
    if (found - until(&pytorch.median, 1e-6)).abs() <= READ {
        return Ok(());
    }
    let slips = [
        (until(&pytorch.median, 1e-3), "that is a thousandth."),
        (until(&pytorch.median, 1e-9), "that is a thousandth of a millionth."),
        (
            until(&pytorch.median, (-6.0_f64).exp()),
            "that is e to the power of -6, and a millionth is a power of ten.",
        ),
        (until(&pytorch.highest, 1e-6), "that is the upper edge of the shade, not the line."),
        (
            until(&orthogonal.median, 1e-6),
            "that is the end of the figure. The line has crossed the height before.",
        ),
    ];
    told("millionth", found, slips.into_iter().filter(|(slip, _)| (found - slip).abs() <= READ))
}

/// Says what came, and the first of what it may come from.
fn told(
    name: &str,
    found: f64,
    mut likely: impl Iterator<Item = (f64, &'static str)>,
) -> Result<(), Slip> {
    let likely = likely.next().map_or_else(String::new, |(_, slip)| format!("\nLikely: {slip}"));
    Err(Slip::new(format!("{name}: {found} came, and the figure shows another number.{likely}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The page's numbers are those of the chapter's program.
    #[test]
    fn the_curves_are_those_of_the_figure() -> Result<(), rnn::Error> {
        let page = include_str!("../../../../src/ch01-hidden-state.md");
        let says = |mark: &str| assert!(page.contains(&format!("{{{{{mark}}}}}")), "{mark}");
        let [pytorch, orthogonal] =
            [Curves::draw(Recurrence::Pytorch)?, Curves::draw(Recurrence::Orthogonal)?];
        let below = |curve: &[f64]| curve.iter().position(|distance| *distance < 0.01);
        says(&format!("apart_pytorch_below={}", below(&pytorch.median).unwrap_or_default()));
        says(&format!("apart_orthogonal_below={}", below(&orthogonal.median).unwrap_or_default()));
        says(&format!("apart_pytorch_end={:.0} × 10⁻¹³", 1e13 * pytorch.median[50]));
        Ok(())
    }
}

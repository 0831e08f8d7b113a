//! Where an axis has its ticks, and what stands at them.

use crate::format::{decimals, power_of_ten, scientific};
use crate::{labels::width, scale::Scale};

/// The ticks of one axis.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Ticks {
    /// Value and label.
    pub labelled: Vec<(f64, String)>,
    /// Values of lines without a label, on logarithmic axes.
    pub minor: Vec<f64>,
}

impl Ticks {
    /// The width of the widest label, in units.
    pub fn width(&self) -> i32 {
        let widths = self.labelled.iter().map(|(_, label)| width(label));
        widths.max().unwrap_or(0)
    }
}

/// Ticks for a scale, so many at most. Whole-numbered places, such as the rows of a heat map, have
/// none in between.
pub(crate) fn ticks(scale: &Scale, most: usize, whole: bool) -> Ticks {
    if scale.log { logarithmic(scale, most) } else { linear(scale, most, whole) }
}

/// The ticks of the smallest number first: the largest that `fits` accepts.
pub(crate) fn most_that_fit(scale: &Scale, whole: bool, fits: impl Fn(&Ticks) -> bool) -> Ticks {
    let candidates = (2..=8).rev().map(|most| ticks(scale, most, whole));
    candidates.into_iter().find(|ticks| fits(ticks)).unwrap_or_else(|| ticks(scale, 2, whole))
}

/// The scale with its ends moved outwards to ticks, unless they are there up to a thousandth.
pub(crate) fn rounded(scale: &Scale) -> Scale {
    if scale.log && scale.length() < 1.5 {
        return scale.widened(0.05, 0.05);
    }
    let step = if scale.log { 1.0 } else { linear_step(scale, 6, false) };
    let to_step = |step: f64| Scale {
        low: scale.low.min(step * (scale.low / step + 1e-3).floor()),
        high: scale.high.max(step * (scale.high / step - 1e-3).ceil()),
        log: scale.log,
    };
    let round = to_step(step);
    if scale.log || round.length() < 6.5 * step {
        return round;
    }
    // Rounding has made room for a tick too many.
    to_step(linear_step(&round, 6, false))
}

fn linear(scale: &Scale, most: usize, whole: bool) -> Ticks {
    let step = linear_step(scale, most, whole);
    let first = (scale.low / step - 1e-6).ceil();
    let last = (scale.high / step + 1e-6).floor();
    let count = (last - first).clamp(0.0, 2.0 * most as f64) as u32;
    let values: Vec<f64> = (0..=count).map(|i| (first + f64::from(i)) * step).collect();
    let labels = linear_labels(&values, step);
    Ticks { labelled: values.into_iter().zip(labels).collect(), minor: Vec::new() }
}

/// The smallest of 1, 2, 5, 10, 20, 50, … that gives no more ticks than asked for.
fn linear_step(scale: &Scale, most: usize, whole: bool) -> f64 {
    let least = scale.length() / most.max(1) as f64;
    let ten = 10_f64.powi((least.log10() + 1e-9).floor() as i32);
    let steps = [1.0, 2.0, 5.0, 10.0].map(|factor| factor * ten);
    let step = steps.into_iter().find(|step| *step >= least * (1.0 - 1e-6)).unwrap_or(10.0 * ten);
    if whole { step.max(1.0) } else { step }
}

/// Labels with as many decimals as the step needs; very large and small ones as powers of ten.
fn linear_labels(values: &[f64], step: f64) -> Vec<String> {
    let largest = values.iter().fold(step, |largest, value| largest.max(value.abs()));
    let (digit, first_digit) = (exponent(step), exponent(largest));
    let plain = (-5..=5).contains(&first_digit) && digit >= -5 || (first_digit - digit) > 5;
    let label = |&value: &f64| {
        if value.abs() < step * 1e-6 {
            "0".to_owned()
        } else if plain {
            grouped(&decimals(value, usize::try_from(-digit).unwrap_or(0)).text)
        } else {
            // A float has 17 digits at most; where the step is too small for one, there would be more.
            let digits = usize::try_from(exponent(value.abs()).saturating_sub(digit)).unwrap_or(0);
            let digits = digits.min(17);
            short_power(&scientific(value, digits).text)
        }
    };
    values.iter().map(label).collect()
}

/// `1.50 × 10⁷` is just `1.5 × 10⁷`, and `1.0 × 10⁷` just `10⁷`.
fn short_power(number: &str) -> String {
    let Some((mantissa, power)) = number.split_once(" × ") else {
        return number.to_owned();
    };
    let is_exact = !mantissa.contains('.');
    let trimmed = mantissa.trim_end_matches('0').trim_end_matches('.');
    match if is_exact { mantissa } else { trimmed } {
        "1" => power.to_owned(),
        "−1" => format!("−{power}"),
        mantissa => format!("{mantissa} × {power}"),
    }
}

/// The exponent of the first digit: 2 for 123.
fn exponent(value: f64) -> i32 {
    (value.log10() + 1e-9).floor() as i32
}

/// A comma between thousands, in numbers of five digits or more.
fn grouped(number: &str) -> String {
    let (whole, fraction) = number.split_at(number.find('.').unwrap_or(number.len()));
    let digits = whole.chars().filter(char::is_ascii_digit).count();
    if digits < 5 {
        return number.to_owned();
    }
    let mut text = String::new();
    for (i, c) in whole.chars().enumerate() {
        let behind = whole.chars().count() - i;
        if c.is_ascii_digit()
            && behind.is_multiple_of(3)
            && text.ends_with(|c: char| c.is_ascii_digit())
        {
            text.push(',');
        }
        text.push(c);
    }
    text + fraction
}

/// Powers of ten, every k-th if there are many; within few decades 1, 2, 5 between them as well.
fn logarithmic(scale: &Scale, most: usize) -> Ticks {
    let (first, last) = ((scale.low - 1e-6).ceil() as i32, (scale.high + 1e-6).floor() as i32);
    let decades: Vec<i32> = (first..=last).collect();
    if decades.len() < 2 || (scale.length() < 1.5 && most > 5) {
        return within_decades(scale, most);
    }
    let stride = decades.len().div_ceil(most.max(1)).max(1);
    let stride = i32::try_from(stride).unwrap_or(i32::MAX);
    let shown: Vec<i32> = decades.iter().copied().filter(|e| e.rem_euclid(stride) == 0).collect();
    let plain = shown.iter().all(|exponent| (-2..=3).contains(exponent));
    let labelled = shown.iter().map(|&e| (10_f64.powi(e), decade_label(e, plain))).collect();
    Ticks { labelled, minor: minor(scale, &decades, stride) }
}

/// `1`, `10` and `1000` read more easily than powers; beyond, only powers do.
fn decade_label(exponent: i32, plain: bool) -> String {
    match exponent {
        0 => "1".to_owned(),
        1 => "10".to_owned(),
        _ if plain => decimals(10_f64.powi(exponent), usize::try_from(-exponent).unwrap_or(0)).text,
        _ => power_of_ten(exponent),
    }
}

/// The lines between the labelled powers: the powers left out, or 2, 3, …, 9 within few decades.
fn minor(scale: &Scale, decades: &[i32], stride: i32) -> Vec<f64> {
    let powers = decades.iter().filter(|e| e.rem_euclid(stride) != 0).map(|e| 10_f64.powi(*e));
    if stride > 1 || decades.len() > 4 {
        return powers.collect();
    }
    let first = decades[0] - 1;
    let between = (first..=decades[decades.len() - 1])
        .flat_map(|e| (2..=9).map(move |digit| f64::from(digit) * 10_f64.powi(e)));
    between.filter(|value| scale.holds(*value)).collect()
}

/// Ticks at 1, 2, 5 times a power of ten, or as on a linear axis where that is too coarse.
fn within_decades(scale: &Scale, most: usize) -> Ticks {
    let decades = scale.low.floor() as i32..=scale.high.floor() as i32;
    let values: Vec<(f64, i32)> = decades
        .flat_map(|e| [1.0, 2.0, 5.0].map(|digit| (digit * 10_f64.powi(e), e)))
        .filter(|(value, _)| scale.holds(*value))
        .collect();
    if (2..=most.max(2)).contains(&values.len()) {
        let labelled = values.iter().map(|&(value, e)| (value, short_label(value, e))).collect();
        return Ticks { labelled, minor: Vec::new() };
    }
    let range = Scale { low: scale.value(scale.low), high: scale.value(scale.high), log: false };
    linear(&range, most, false)
}

fn short_label(value: f64, exponent: i32) -> String {
    if (-3..=5).contains(&exponent) {
        grouped(&decimals(value, usize::try_from(-exponent).unwrap_or(0)).text)
    } else {
        short_power(&scientific(value, 0).text)
    }
}

#[cfg(test)]
mod tests;

//! Numbers as the book prints them.

/// The true minus sign, which is as wide as a plus.
const MINUS: char = '\u{2212}';

/// A number with its text as the book prints it, or a text alone.
#[derive(Clone, Debug, PartialEq)]
pub struct Value {
    /// What was computed, where it is a number.
    pub value: Option<f64>,
    /// The text, to the letter.
    pub text: String,
}

impl Value {
    /// A number and its text.
    pub fn new(value: f64, text: impl Into<String>) -> Self {
        Self { value: Some(value), text: text.into() }
    }
}

impl<T: Into<String>> From<T> for Value {
    fn from(text: T) -> Self {
        Self { value: None, text: text.into() }
    }
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.pad(&self.text)
    }
}

/// A whole number with a comma between thousands: `29,184`.
pub fn count(value: impl TryInto<u64>) -> Value {
    // Nothing is counted that is less than none or does not fit.
    let value = value.try_into().unwrap_or(u64::MAX);
    let digits = value.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    Value::new(value as f64, text)
}

/// A whole number that there may be none of: `never` where a level is never reached.
pub fn count_or_never(value: Option<usize>) -> Value {
    value.map_or_else(|| "never".into(), count)
}

/// A number with so many decimals: `19.0148`, `−0.718`.
pub fn decimals(value: f64, decimals: usize) -> Value {
    let text = format!("{value:.decimals$}");
    let is_zero = text.chars().all(|c| matches!(c, '-' | '0' | '.'));
    Value::new(value, if is_zero { text.replace('-', "") } else { with_minus(&text) })
}

/// A number as it was given: `0.54`, `2`.
pub fn exact(value: f64) -> Value {
    Value::new(value, with_minus(&value.to_string()))
}

/// A number as a power of ten with so many decimals in front: `6.4 × 10⁻¹⁷`.
pub fn scientific(value: f64, decimals: usize) -> Value {
    let text = format!("{value:.decimals$e}");
    let text = match text.split_once('e') {
        Some((mantissa, exponent)) => {
            let power = power_of_ten(exponent.parse().unwrap_or(0));
            format!("{} × {power}", with_minus(mantissa))
        }
        // Infinite or not a number: say so.
        None => text,
    };
    Value::new(value, text)
}

/// A share of one in percent with so many decimals: `43.9 %`.
pub fn percent(share: f64, digits: usize) -> Value {
    Value::new(share, format!("{}\u{a0}%", decimals(100.0 * share, digits)))
}

fn with_minus(text: &str) -> String {
    text.replace('-', &MINUS.to_string())
}

/// A power of ten as axes and numbers write it: `10⁻⁷`.
pub fn power_of_ten(exponent: i32) -> String {
    const SUPERSCRIPTS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let superscript = |c: char| c.to_digit(10).map_or('⁻', |digit| SUPERSCRIPTS[digit as usize]);
    "10".chars().chain(exponent.to_string().chars().map(superscript)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_have_a_comma_between_thousands() {
        let texts = [0, 999, 1_000, 29_184, 2_560_000].map(|value| count(value).text);
        assert_eq!(texts, ["0", "999", "1,000", "29,184", "2,560,000"]);
    }

    #[test]
    fn decimals_round_and_have_a_true_minus() {
        assert_eq!(decimals(19.014_78, 4).text, "19.0148");
        assert_eq!(decimals(-0.718_2, 3).text, "−0.718");
        assert_eq!(decimals(-0.000_2, 3).text, "0.000", "no minus before a zero");
        assert_eq!(decimals(f64::NAN, 3).text, "NaN");
        assert_eq!([2.0, -0.54].map(|value| exact(value).text), ["2", "−0.54"]);
    }

    #[test]
    fn powers_of_ten_are_superscripts() {
        assert_eq!(scientific(6.4e-17, 1).text, "6.4 × 10⁻¹⁷");
        assert_eq!(scientific(-123.0, 2).text, "−1.23 × 10²");
        assert_eq!(scientific(f64::INFINITY, 1).text, "inf");
        assert_eq!(power_of_ten(-10), "10⁻¹⁰");
        assert_eq!(percent(0.4386, 1).text, "43.9\u{a0}%");
    }
}

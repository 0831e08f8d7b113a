//! Numbers as the book prints them.

/// The true minus sign, which is as wide as a plus.
const MINUS: char = '\u{2212}';

/// A whole number with a comma between thousands: `29,184`.
pub fn count(value: usize) -> String {
    let digits = value.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A whole number that there may be none of: `never` where a level is never reached.
pub fn count_or_never(value: Option<usize>) -> String {
    value.map_or_else(|| "never".to_owned(), count)
}

/// A number with so many decimals: `19.0148`, `−0.718`.
pub fn decimals(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let is_zero = text.chars().all(|c| matches!(c, '-' | '0' | '.'));
    if is_zero { text.replace('-', "") } else { text.replace('-', &MINUS.to_string()) }
}

/// A number as it was given: `0.54`, `2`.
pub fn exact(value: f64) -> String {
    value.to_string().replace('-', &MINUS.to_string())
}

/// A number as a power of ten with so many decimals in front: `6.4 × 10⁻¹⁷`.
pub fn scientific(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$e}");
    match text.split_once('e') {
        Some((mantissa, exponent)) => format!(
            "{} × {}",
            mantissa.replace('-', &MINUS.to_string()),
            power_of_ten(exponent.parse().unwrap_or(0))
        ),
        // Infinite or not a number: say so.
        None => text,
    }
}

/// A share of one in percent with so many decimals: `43.9 %`.
pub fn percent(share: f64, digits: usize) -> String {
    format!("{}\u{a0}%", decimals(100.0 * share, digits))
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
        let texts = [0, 999, 1_000, 29_184, 2_560_000].map(count);
        assert_eq!(texts, ["0", "999", "1,000", "29,184", "2,560,000"]);
    }

    #[test]
    fn decimals_round_and_have_a_true_minus() {
        assert_eq!(decimals(19.014_78, 4), "19.0148");
        assert_eq!(decimals(-0.718_2, 3), "−0.718");
        assert_eq!(decimals(-0.000_2, 3), "0.000", "no minus before a zero");
        assert_eq!(decimals(f64::NAN, 3), "NaN");
        assert_eq!([exact(2.0), exact(-0.54)], ["2", "−0.54"]);
    }

    #[test]
    fn powers_of_ten_are_superscripts() {
        assert_eq!(scientific(6.4e-17, 1), "6.4 × 10⁻¹⁷");
        assert_eq!(scientific(-123.0, 2), "−1.23 × 10²");
        assert_eq!(scientific(f64::INFINITY, 1), "inf");
        assert_eq!(power_of_ten(-10), "10⁻¹⁰");
        assert_eq!(percent(0.4386, 1), "43.9\u{a0}%");
    }
}

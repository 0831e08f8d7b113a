use super::*;

/// The labels on an axis over these values.
fn labels(low: f64, high: f64, log: bool) -> String {
    let ticks = ticks(&Scale::over(low, high, log), 6, false);
    ticks.labelled.into_iter().map(|(_, label)| label).collect::<Vec<_>>().join(" ")
}

#[test]
fn linear_ticks_are_round_numbers_without_noise() {
    assert_eq!(labels(0.0, 1.0, false), "0 0.2 0.4 0.6 0.8 1.0");
    assert_eq!(labels(-0.3, 0.3, false), "−0.3 −0.2 −0.1 0 0.1 0.2 0.3");
    assert_eq!(labels(0.0, 40.0, false), "0 10 20 30 40");
    assert_eq!(labels(0.0, 20_000.0, false), "0 5000 10,000 15,000 20,000");
    assert_eq!(labels(-12_000.0, 0.0, false), "−12,000 −10,000 −8000 −6000 −4000 −2000 0");
    assert_eq!(labels(0.0, 3e7, false), "0 5 × 10⁶ 10⁷ 1.5 × 10⁷ 2 × 10⁷ 2.5 × 10⁷ 3 × 10⁷");
    assert_eq!(labels(-2e-7, 0.0, false), "−2 × 10⁻⁷ −1.5 × 10⁻⁷ −10⁻⁷ −5 × 10⁻⁸ 0");
    assert_eq!(
        labels(0.593_147, 0.593_149, false),
        "0.5931470 0.5931475 0.5931480 0.5931485 0.5931490"
    );
}

#[test]
fn logarithmic_ticks_are_powers_of_ten() {
    assert_eq!(labels(1.0, 1000.0, true), "1 10 100 1000");
    assert_eq!(labels(0.01, 1.0, true), "0.01 0.1 1");
    assert_eq!(labels(1e-3, 10.0, true), "10⁻³ 10⁻² 10⁻¹ 1 10");
    assert_eq!(labels(1e-16, 1.0, true), "10⁻¹⁵ 10⁻¹² 10⁻⁹ 10⁻⁶ 10⁻³ 1");
    assert_eq!(labels(3.0, 40.0, true), "5 10 20");
    assert_eq!(labels(2e-8, 3e-7, true), "2 × 10⁻⁸ 5 × 10⁻⁸ 10⁻⁷ 2 × 10⁻⁷");
    assert_eq!(
        labels(3.1, 3.4, true),
        "3.10 3.15 3.20 3.25 3.30 3.35 3.40",
        "within a decade as on a linear axis"
    );
}

#[test]
fn places_are_whole_numbers() {
    let places = Scale { low: -0.5, high: 2.5, log: false };
    let labels: Vec<_> = ticks(&places, 6, true).labelled.into_iter().map(|tick| tick.1).collect();
    assert_eq!(labels, ["0", "1", "2"]);
}

#[test]
fn a_range_is_rounded_outwards_but_not_by_a_rounding_error() {
    let ends = |low, high| {
        let scale = rounded(&Scale::over(low, high, false));
        (scale.low, scale.high)
    };
    assert_eq!(ends(0.02, 0.97), (0.0, 1.0));
    assert_eq!(ends(0.0, 1.000_000_01), (0.0, 1.000_000_01));
    assert_eq!(ends(-1.0, 22.0), (-5.0, 25.0));
}

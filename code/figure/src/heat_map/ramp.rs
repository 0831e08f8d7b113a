//! The colours of a heat map: as many levels as an eye can tell apart, for light and dark pages.

/// The number of levels; an odd one, so that a diverging map has a middle.
pub(crate) const LEVELS: i32 = 41;

type Colour = [f64; 3];

/// What the colours of a heat map mean.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Ramp {
    /// From one colour over the page's own to another.
    Diverging,
    /// From the page's own colour to one far from it.
    Sequential,
}

/// The level of a value's position between 0 and 1; values outside get the last one.
pub(crate) fn level(position: f64) -> i32 {
    ((position * f64::from(LEVELS)).floor() as i32).clamp(0, LEVELS - 1)
}

/// The rules for all levels on a light and on a dark page.
pub(crate) fn rules(ramp: Ramp) -> [String; 2] {
    [false, true].map(|dark| {
        let rule = |level| format!(".l{level}{{fill:{}}}\n", colour(ramp, dark, level));
        (0..LEVELS).map(rule).collect()
    })
}

/// The colour of a level, as CSS writes it.
fn colour(ramp: Ramp, dark: bool, level: i32) -> String {
    let place = f64::from(level) / f64::from(LEVELS - 1);
    let [r, g, b] = between(anchors(ramp, dark), place).map(|part| part.round() as u8);
    format!("#{r:02x}{g:02x}{b:02x}")
}

/// Colours at equal distances, from the low to the high end.
fn anchors(ramp: Ramp, dark: bool) -> &'static [Colour] {
    match (ramp, dark) {
        (Ramp::Diverging, false) => &[
            [8.0, 56.0, 112.0],
            [38.0, 110.0, 175.0],
            [136.0, 184.0, 222.0],
            [255.0, 255.0, 255.0],
            [244.0, 170.0, 120.0],
            [205.0, 85.0, 25.0],
            [122.0, 38.0, 4.0],
        ],
        (Ramp::Diverging, true) => &[
            [172.0, 218.0, 255.0],
            [84.0, 160.0, 226.0],
            [34.0, 84.0, 134.0],
            [24.0, 27.0, 36.0],
            [140.0, 66.0, 22.0],
            [232.0, 128.0, 62.0],
            [255.0, 214.0, 170.0],
        ],
        (Ramp::Sequential, false) => &[
            [255.0, 255.0, 255.0],
            [208.0, 232.0, 208.0],
            [110.0, 194.0, 190.0],
            [38.0, 130.0, 178.0],
            [28.0, 72.0, 140.0],
            [10.0, 26.0, 76.0],
        ],
        (Ramp::Sequential, true) => &[
            [24.0, 27.0, 36.0],
            [28.0, 60.0, 120.0],
            [30.0, 112.0, 160.0],
            [58.0, 168.0, 172.0],
            [160.0, 214.0, 180.0],
            [252.0, 252.0, 214.0],
        ],
    }
}

fn between(anchors: &[Colour], place: f64) -> Colour {
    let place = place * (anchors.len() - 1) as f64;
    let first = (place.floor() as usize).min(anchors.len() - 2);
    let share = place - first as f64;
    let (from, to) = (anchors[first], anchors[first + 1]);
    [0, 1, 2].map(|i| from[i] + share * (to[i] - from[i]))
}

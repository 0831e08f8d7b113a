//! What a scan joins with what, recorded while it runs.

/// The result of some neighbouring places, and the round in which it is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wire {
    /// The first of the places.
    pub first: usize,
    /// The last of them, where the result stands.
    pub last: usize,
    /// Rounds that it had to wait for; zero for what was there from the start.
    pub round: usize,
}

/// A join: the earlier and the later places, and the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Join {
    /// What came before.
    pub earlier: Wire,
    /// What comes after it.
    pub later: Wire,
    /// Both together.
    pub result: Wire,
}

/// Runs a scan over `n` places and returns its joins.
///
/// ```
/// use ch04::wiring::wire;
///
/// let joins = wire(8, |items, join| rnn::scan::hillis_steele(items, join));
/// assert_eq!(joins.len(), 7 + 6 + 4);
/// ```
///
/// # Panics
/// If the scan joins places that are not neighbours, or leaves out a place: then it is no scan.
pub fn wire(
    n: usize,
    scan: impl FnOnce(&[Wire], &mut dyn FnMut(&Wire, &Wire) -> Wire) -> Vec<Wire>,
) -> Vec<Join> {
    let items: Vec<Wire> = (0..n).map(|t| Wire { first: t, last: t, round: 0 }).collect();
    let mut joins = Vec::new();
    let results = scan(&items, &mut |&earlier, &later| {
        assert_eq!(earlier.last + 1, later.first, "neighbours");
        let round = earlier.round.max(later.round) + 1;
        let result = Wire { first: earlier.first, last: later.last, round };
        joins.push(Join { earlier, later, result });
        result
    });
    assert!(results.iter().enumerate().all(|(t, wire)| (wire.first, wire.last) == (0, t)));
    joins
}

/// The last round in which something is joined.
pub fn rounds(joins: &[Join]) -> usize {
    joins.iter().map(|join| join.result.round).max().unwrap_or(0)
}

/// The way from a result down to all that it is made of, and back after each: a line along it draws the
/// tree.
pub fn way(joins: &[Join], from: &Wire) -> Vec<Wire> {
    let Some(own) = joins.iter().find(|join| join.result == *from) else { return vec![*from] };
    let [earlier, later] = [way(joins, &own.earlier), way(joins, &own.later)];
    [vec![*from], earlier, vec![*from], later, vec![*from]].concat()
}

#[cfg(test)]
mod tests {
    use rnn::scan::{blelloch, hillis_steele};

    use super::*;

    #[test]
    fn joins_and_rounds_are_those_of_the_formulas() {
        for (n, log) in [(4, 2), (8, 3), (64, 6), (1024, 10)] {
            let joins = wire(n, |items, join| hillis_steele(items, join));
            assert_eq!((joins.len(), rounds(&joins)), (n * log - n + 1, log));
            let joins = wire(n, |items, join| blelloch(items, join));
            assert_eq!((joins.len(), rounds(&joins)), (2 * n - 2 - log, 2 * log - 2));
        }
    }

    #[test]
    fn the_way_comes_by_each_step_that_a_result_is_made_of_once() {
        let scans = [
            wire(16, |items, join| hillis_steele(items, join)),
            wire(16, |items, join| blelloch(items, join)),
        ];
        for joins in scans {
            for last in [1, 6, 14, 15] {
                let result = |join: &&Join| join.result.first == 0 && join.result.last == last;
                let way = way(&joins, &joins.iter().find(result).unwrap().result);
                let steps = way.iter().filter(|wire| wire.round == 0).map(|wire| wire.last);
                assert_eq!(steps.collect::<Vec<_>>(), (0..=last).collect::<Vec<_>>());
                assert_eq!(way.first(), way.last());
            }
        }
    }

    #[test]
    fn every_length_is_scanned() {
        for n in 0..70 {
            wire(n, |items, join| hillis_steele(items, join));
            wire(n, |items, join| blelloch(items, join));
        }
    }

    #[test]
    #[should_panic(expected = "neighbours")]
    fn a_scan_joins_neighbours() {
        wire(3, |items, join| vec![items[0], join(&items[0], &items[2]), items[2]]);
    }

    #[test]
    #[should_panic(expected = "assertion failed")]
    fn a_scan_leaves_out_nothing() {
        wire(2, |items, _| items.to_vec());
    }

    #[test]
    fn rounds_of_other_lengths() {
        for n in 2..70_usize {
            let joins = wire(n, |items, join| hillis_steele(items, join));
            assert_eq!(rounds(&joins), n.next_power_of_two().ilog2() as usize, "{n}");
        }
        // 1 and 3, 5 | 3 | 5, 2 | 4, 6: in place, each as soon as it can.
        let mut joins = wire(7, |items, join| blelloch(items, join));
        joins.reverse();
        assert_eq!((joins.len(), rounds(&joins)), (8, 4));
    }
}

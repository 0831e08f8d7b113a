//! Seconds, and what was done in them.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use chapter::Spread;

/// What the clock times: it returns what it has computed.
pub type Job<'a, T> = Box<dyn FnMut() -> T + 'a>;

/// What the clock found of a job.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Timed<T> {
    /// The median seconds of a run.
    pub seconds: f64,
    /// What a run gives. A test tells by it that the seconds are those of the right job.
    pub result: T,
}

impl<T, E> Timed<Result<T, E>> {
    /// The error of a job that fails: its seconds say nothing.
    ///
    /// # Errors
    /// That of the job.
    pub fn transpose(self) -> Result<Timed<T>, E> {
        let Self { seconds, result } = self;
        result.map(|result| Timed { seconds, result })
    }
}

/// The median seconds of a run of each job, measured in turn for so many rounds: what slows the
/// machine down for a while slows all of them down.
///
/// A job that is done at once is repeated until a hundredth of a second has gone by.
pub fn seconds_in_turn<T, const N: usize>(rounds: usize, jobs: [Job<'_, T>; N]) -> [Timed<T>; N] {
    in_turn(&mut Instant::now, rounds, jobs)
}

/// The same by any clock: `now` reads it.
fn in_turn<T, const N: usize>(
    now: &mut dyn FnMut() -> Instant,
    rounds: usize,
    jobs: [Job<'_, T>; N],
) -> [Timed<T>; N] {
    let mut timed = jobs.map(|job| (job, Vec::new()));
    for (job, _) in &mut timed {
        job(); // the first run finds cold caches
    }
    for _ in 0..rounds {
        for (job, seconds) in &mut timed {
            seconds.push(seconds_of(now, job));
        }
    }
    // Once more, for the result: if one was kept between the rounds, its memory would be missing.
    timed.map(|(mut job, seconds)| Timed { seconds: Spread::of(seconds).median, result: job() })
}

/// The mean seconds of a run, over as many runs as take long enough.
fn seconds_of<T>(now: &mut dyn FnMut() -> Instant, job: &mut dyn FnMut() -> T) -> f64 {
    const ENOUGH: Duration = Duration::from_millis(10);
    let (start, mut runs) = (now(), 0);
    while now() - start < ENOUGH {
        black_box(job());
        runs += 1;
    }
    (now() - start).as_secs_f64() / f64::from(runs)
}

#[cfg(test)]
mod tests {
    use std::{
        cell::{Cell, RefCell},
        thread::sleep,
    };

    use super::*;

    /// A clock that goes on by what a job takes, and not by itself.
    struct Counted(Cell<Instant>);

    impl Counted {
        fn new() -> Self {
            Self(Cell::new(Instant::now()))
        }

        fn takes(&self, milliseconds: u64) {
            self.0.set(self.0.get() + Duration::from_millis(milliseconds));
        }

        fn seconds<T, const N: usize>(&self, rounds: usize, jobs: [Job<'_, T>; N]) -> [f64; N] {
            in_turn(&mut || self.0.get(), rounds, jobs).map(|timed| timed.seconds)
        }
    }

    #[test]
    fn the_unit_is_a_second_for_one_run() {
        let clock = &Counted::new();
        let job = |milliseconds| Box::new(move || clock.takes(milliseconds)) as Job<()>;
        // Ten runs, four, one, and one again.
        let seconds = clock.seconds(3, [1, 3, 20, 2_500].map(job));
        assert_eq!(seconds, [0.001, 0.003, 0.02, 2.5]);
    }

    #[test]
    fn the_median_of_the_rounds_counts_and_the_first_run_does_not() {
        let clock = Counted::new();
        let mut runs = [900, 20, 700, 30].into_iter();
        let seconds =
            clock.seconds(3, [Box::new(|| clock.takes(runs.next().unwrap_or(0))) as Job<()>]);
        assert_eq!(seconds, [0.03]);
    }

    /// However busy the machine is: a sleep is not shorter than asked for, and the whole is longer
    /// than each of its parts.
    #[test]
    fn the_real_clock_has_the_same_unit() {
        let whole = Instant::now();
        let wait = || sleep(Duration::from_millis(20));
        let [Timed { seconds, .. }] = seconds_in_turn(1, [Box::new(wait)]);
        assert!(seconds >= 0.02 && seconds < whole.elapsed().as_secs_f64(), "{seconds}");
    }

    #[test]
    fn each_job_has_its_own_seconds_and_its_own_result() {
        let clock = &Counted::new();
        let job = |name: char, milliseconds| {
            Box::new(move || {
                clock.takes(milliseconds);
                name
            }) as Job<char>
        };
        let jobs = [job('a', 30), job('b', 10), job('c', 20)];
        let timed = in_turn(&mut || clock.0.get(), 2, jobs);
        let right = [('a', 0.03), ('b', 0.01), ('c', 0.02)];
        assert_eq!(timed, right.map(|(result, seconds)| Timed { seconds, result }));
    }

    #[test]
    fn jobs_take_turns() {
        let (clock, order) = (&Counted::new(), &RefCell::new(String::new()));
        let job = |name: char| {
            Box::new(move || {
                order.borrow_mut().push(name);
                clock.takes(11);
            }) as Job<()>
        };
        clock.seconds(2, [job('a'), job('b')]);
        assert_eq!(*order.borrow(), "abababab");
    }
}

//! From probabilities to a call. Pure.

/// When probabilities are a call.
#[derive(Debug, Clone)]
pub struct Decision {
    threshold: f32,
    /// Probabilities above the threshold that a call takes, one after the other.
    hits: u32,
    /// Steps after a call in which there is no other.
    refractory: u32,
    run: u32,
    quiet: u32,
}

impl Decision {
    /// A call is `hits` probabilities in a row of at least `threshold`; there is no other one for the next `refractory`
    /// steps.
    pub fn new(threshold: f32, hits: u32, refractory: u32) -> Self {
        Self {
            threshold,
            hits: hits.max(1),
            refractory,
            run: 0,
            quiet: 0,
        }
    }

    /// Takes the probability of the next step; whether that makes a call.
    pub fn take(&mut self, probability: f32) -> bool {
        if self.quiet > 0 {
            self.quiet -= 1;
            return false;
        }
        // What is no number is no hit either.
        self.run = if probability >= self.threshold {
            self.run + 1
        } else {
            0
        };
        let called = self.run >= self.hits;
        if called {
            (self.run, self.quiet) = (0, self.refractory);
        }
        called
    }

    /// What was heard before does not go on, and a call before it is long past.
    pub fn break_off(&mut self) {
        (self.run, self.quiet) = (0, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calls(decision: &mut Decision, probabilities: &[f32]) -> Vec<usize> {
        let taken = probabilities.iter().enumerate();
        let taken = taken.filter_map(|(n, p)| decision.take(*p).then_some(n));
        taken.collect()
    }

    #[test]
    fn one_probability_above_the_threshold_is_no_call_where_two_are_wanted() {
        let mut decision = Decision::new(0.5, 2, 0);
        assert!(calls(&mut decision, &[0.9, 0.1, 0.9, 0.49]).is_empty());
        assert_eq!(calls(&mut decision, &[0.5, 0.5]), [1]);
    }

    #[test]
    fn after_a_break_the_next_call_counts_at_once() {
        let mut decision = Decision::new(0.5, 1, 20);
        assert_eq!(calls(&mut decision, &[0.9, 0.9]), [0]);
        decision.break_off();
        assert_eq!(calls(&mut decision, &[0.9]), [0]);
    }

    #[test]
    fn a_phrase_that_scores_for_long_calls_once() {
        let mut decision = Decision::new(0.5, 2, 5);
        assert_eq!(calls(&mut decision, &[0.9; 7]), [1]);
        assert_eq!(calls(&mut decision, &[0.9; 2]), [1]);
    }

    #[test]
    fn hits_before_a_break_do_not_count() {
        let mut decision = Decision::new(0.5, 2, 0);
        assert!(!decision.take(0.9));
        decision.break_off();
        assert!(!decision.take(0.9));
    }

    #[test]
    fn what_is_no_number_is_no_hit() {
        let mut decision = Decision::new(0.5, 1, 0);
        assert!(!decision.take(f32::NAN));
    }
}

//! Whether a loudspeaker plays so late that a conversation over it is spoilt.

use std::time::Duration;

/// From this latency on a stop is heard as one that was not obeyed.
const TOO_LATE: Duration = Duration::from_millis(250);
/// A latency that stays for this many looks is no hiccup.
const LOOKS: u32 = 5;

/// Watches the latency that a driver claims, and complains once.
#[derive(Debug, Default)]
pub struct LatencyWatch {
    late_looks: u32,
}

impl LatencyWatch {
    /// Takes the latency of now; what to tell the user, the first time that it has been too long for
    /// a while.
    pub fn look(&mut self, latency: Duration) -> Option<String> {
        if latency <= TOO_LATE {
            if self.late_looks < LOOKS {
                self.late_looks = 0;
            }
            return None;
        }
        self.late_looks = self.late_looks.saturating_add(1);
        (self.late_looks == LOOKS).then(|| {
            format!(
                "the loudspeaker plays {} ms late, so it sounds on for that long after a stop: \
                 choose another one with --output (see `vivavoce devices`), or give it a smaller \
                 buffer (PULSE_LATENCY_MSEC=20 or PIPEWIRE_LATENCY=480/48000 before the command)",
                latency.as_millis()
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(latencies_ms: &[u64]) -> usize {
        let mut watch = LatencyWatch::default();
        let look = |ms: &&u64| watch.look(Duration::from_millis(**ms)).is_some();
        latencies_ms.iter().filter(look).count()
    }

    #[test]
    fn a_buffer_of_seconds_is_complained_of_once() {
        assert_eq!(complaints(&[4_000; 50]), 1);
    }

    #[test]
    fn an_ordinary_device_is_not_complained_of() {
        assert_eq!(complaints(&[40, 60, 200, 20, 40, 120, 60, 40]), 0);
        assert_eq!(complaints(&[40, 900, 40, 40, 40, 40]), 0);
    }

    #[test]
    fn hiccups_hours_apart_are_not_complained_of() {
        assert_eq!(complaints(&[40, 900].repeat(10)), 0);
    }

    #[test]
    fn a_complaint_is_not_repeated_when_the_latency_comes_back() {
        let late_again = [[900; 5], [40; 5], [900; 5]].concat();
        assert_eq!(complaints(&late_again), 1);
    }
}

//! How both sides may speak at once, from what was measured of the echo.

use std::time::Duration;

use super::muted::MutedMicrophone;
use super::{DuplexChoice, Fact};
use crate::aec::{EchoProbe, EchoReturn, EchoState, choose};
use crate::audio::frame::FRAME;
use crate::clock::Timestamp;
use crate::events::DuplexMode;

/// After a reply its echo may still be in the room for this long.
const ECHO_TAIL: Duration = Duration::from_millis(300);
/// From this ERLE on the linear canceller's output is believed.
const CONVERGED_DB: f32 = 6.0;
/// The delay of an echo that was not measured: the longest one that is looked for.
const UNKNOWN_DELAY: Duration = Duration::from_millis(400);

/// Said when it has heard itself again and again.
const HEARD_ITSELF: &str = "it seems to hear itself: for some replies it does not listen while it \
     speaks. Use headphones or turn the loudspeaker down";
/// Said when the sound comes from somebody who cancels the echo.
const CANCELLED_ELSEWHERE: &str = "whoever sends the sound cancels the echo";
/// Said when it listens again.
const LISTENS_AGAIN: &str = "it listens while it speaks again";

/// The duplex mode, and what is measured for it.
#[derive(Debug)]
pub struct Duplex {
    cancels: bool,
    earcon: bool,
    probe: Option<EchoProbe>,
    /// What was found last.
    found: Option<EchoReturn>,
    mode: DuplexMode,
    forced: bool,
    /// Whether the loudspeaker was not to be heard in the microphone: headphones.
    isolated: bool,
    echo_delay: Duration,
    /// Until when a reply's echo may ring in half duplex.
    deaf_until: Timestamp,
}

impl Duplex {
    /// Before a device was opened. `cancels` is whether echoes are cancelled at all, `earcon`
    /// whether one may be played to measure them.
    pub fn new(cancels: bool, earcon: bool) -> Self {
        Self {
            cancels,
            earcon,
            probe: None,
            found: None,
            mode: unmeasured(cancels),
            forced: false,
            isolated: false,
            echo_delay: UNKNOWN_DELAY,
            deaf_until: Timestamp::ZERO,
        }
    }

    /// A device was opened, while a reply is `audible` or not: everything is to be measured again.
    pub fn opened(&mut self, audible: bool, facts: &mut Vec<Fact>) {
        *self = Self {
            deaf_until: self.deaf_until,
            ..Self::new(self.cancels, self.earcon)
        };
        // A reply that goes on on a new device is no earcon, but it is as good a measure.
        if self.earcon && !audible {
            self.probe = Some(EchoProbe::of_earcon());
            facts.push(Fact::PlayEarcon);
        } else if self.earcon || !self.cancels {
            self.probe = Some(EchoProbe::of_reply());
        }
    }

    /// A device was opened whose other end cancels the echo: nothing is measured. Should one appear all the
    /// same, [`Duplex::watch`] finds it.
    pub fn opened_without_echo(&mut self, facts: &mut Vec<Fact>) {
        *self = Self {
            deaf_until: self.deaf_until,
            found: Some(EchoReturn::NotHeard),
            mode: DuplexMode::Full,
            isolated: true,
            ..Self::new(self.cancels, self.earcon)
        };
        facts.push(Fact::Duplex(DuplexChoice {
            mode: self.mode,
            reason: CANCELLED_ELSEWHERE.into(),
            echo_gain_db: None,
            echo_delay_ms: None,
        }));
    }

    /// Lets the probe hear 10 ms, and chooses the mode when it has an answer.
    pub fn measure(
        &mut self,
        captured: &[f32; FRAME],
        played: &[f32; FRAME],
        muted: &MutedMicrophone,
        facts: &mut Vec<Fact>,
    ) {
        let Some(probe) = &mut self.probe else {
            return;
        };
        let Some(found) = probe.push(captured, played, muted.zeros_are_quiet()) else {
            return;
        };
        let early = found == EchoReturn::NotHeard && !probe.is_complete();
        // Without a canceller nothing would protect from an echo that comes after all.
        if early && !self.cancels {
            return;
        }
        let unclear = matches!(found, EchoReturn::Unclear(_));
        // What could not be told is measured again on the next reply, and so is what zeros say: the
        // microphone may have been muted just then.
        let again = unclear || probe.heard_zeros() && !muted.is_noiseless();
        // An early answer is measured to the end.
        if !early {
            self.probe = again.then(EchoProbe::of_reply);
        }
        // Not being able to tell takes nothing back, and is told once.
        if unclear && self.found.is_some() || self.found.replace(found) == Some(found) {
            return;
        }
        if !self.forced {
            self.choose(found, facts);
        }
    }

    fn choose(&mut self, found: EchoReturn, facts: &mut Vec<Fact>) {
        let (mode, reason) = choose(found, self.cancels);
        self.mode = mode;
        self.isolated = found == EchoReturn::NotHeard;
        let (echo_gain_db, echo_delay_ms) = match found {
            EchoReturn::Heard {
                gain_db, delay_ms, ..
            } => (Some(gain_db), Some(delay_ms)),
            EchoReturn::NotHeard | EchoReturn::Unclear(_) => (None, None),
        };
        if let Some(delay_ms) = echo_delay_ms {
            self.echo_delay = Duration::from_secs_f32(delay_ms / 1000.0);
        }
        facts.push(Fact::Duplex(DuplexChoice {
            mode,
            reason,
            echo_gain_db,
            echo_delay_ms,
        }));
    }

    /// Half duplex until [`Duplex::release`] or a device is opened, whatever was measured.
    pub fn force_half(&mut self, facts: &mut Vec<Fact>) {
        if std::mem::replace(&mut self.forced, true) {
            return;
        }
        self.mode = DuplexMode::Half;
        self.isolated = false;
        self.echo_delay = self.echo_delay.max(UNKNOWN_DELAY);
        facts.push(Fact::Duplex(DuplexChoice {
            mode: self.mode,
            reason: HEARD_ITSELF.into(),
            echo_gain_db: None,
            echo_delay_ms: None,
        }));
    }

    /// Ends [`Duplex::force_half`]: what was measured counts again.
    pub fn release(&mut self, facts: &mut Vec<Fact>) {
        if !std::mem::replace(&mut self.forced, false) {
            return;
        }
        match self.found {
            Some(found) => self.choose(found, facts),
            None => {
                self.mode = unmeasured(self.cancels);
                facts.push(Fact::Duplex(DuplexChoice {
                    mode: self.mode,
                    reason: LISTENS_AGAIN.into(),
                    echo_gain_db: None,
                    echo_delay_ms: None,
                }));
            }
        }
    }

    /// Takes what the canceller knows: an echo that appears later ends the isolation.
    pub fn watch(&mut self, echo: Option<EchoState>, facts: &mut Vec<Fact>) {
        if !self.isolated || !is_converged(echo) {
            return;
        }
        // The loudspeaker was turned up, or the headphones came off.
        self.isolated = false;
        facts.push(Fact::Duplex(DuplexChoice {
            mode: self.mode,
            reason: "an echo has appeared; it is cancelled from now on".into(),
            echo_gain_db: echo.map(|echo| echo.echo_gain_db),
            echo_delay_ms: echo.map(|echo| echo.delay_ms),
        }));
    }

    /// Whether there is no echo, so that nothing need be cancelled.
    pub fn is_isolated(&self) -> bool {
        self.isolated
    }

    /// Whether a mere sound over a reply may be somebody: until the canceller knows the room, what
    /// it leaves may be all echo.
    pub fn trusts_sounds(&self, echo: Option<EchoState>) -> bool {
        is_converged(echo) || self.isolated || !self.cancels
    }

    /// Whether nothing may be heard now: a reply sounds in half duplex, or its echo may.
    pub fn is_deaf(&mut self, until: Timestamp, audible: bool) -> bool {
        if self.mode != DuplexMode::Half {
            return false;
        }
        if audible {
            self.deaf_until = until + self.echo_delay + ECHO_TAIL;
        }
        until < self.deaf_until
    }
}

fn is_converged(echo: Option<EchoState>) -> bool {
    echo.is_some_and(|echo| echo.enhancement_db >= CONVERGED_DB)
}

/// The mode in which an echo that nobody has measured does no harm.
fn unmeasured(cancels: bool) -> DuplexMode {
    if cancels {
        DuplexMode::Full
    } else {
        DuplexMode::Half
    }
}

//! A sound card in memory, for tests. It has no thread and no clock: it captures and plays when the test says so.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::AudioError;
use super::callback::{CaptureCallback, RenderCallback};
use super::device::{AudioDevice, AudioStream, Rates, StreamNote};

/// The card, as a session has it.
pub struct MemoryCard {
    name: String,
    has_microphone: bool,
    has_loudspeaker: bool,
    cable: Arc<Mutex<Cable>>,
}

/// The room around the card, as the test has it.
pub struct Outside(Arc<Mutex<Cable>>);

/// Between the two.
#[derive(Default)]
struct Cable {
    rate_hz: u32,
    capture: Option<CaptureCallback>,
    render: Option<RenderCallback>,
    notes: VecDeque<StreamNote>,
    is_unplugged: bool,
    opened: usize,
}

impl MemoryCard {
    /// A card with a microphone and a loudspeaker of this rate.
    pub fn new(rate_hz: u32) -> (Self, Outside) {
        Self::with_sides("a card in memory", rate_hz, (true, true))
    }

    /// A card with a microphone of this name alone.
    pub fn microphone(name: &str, rate_hz: u32) -> (Self, Outside) {
        Self::with_sides(name, rate_hz, (true, false))
    }

    /// A card with a loudspeaker alone.
    pub fn loudspeaker(rate_hz: u32) -> (Self, Outside) {
        Self::with_sides("a loudspeaker in memory", rate_hz, (false, true))
    }

    fn with_sides(
        name: &str,
        rate_hz: u32,
        (has_microphone, has_loudspeaker): (bool, bool),
    ) -> (Self, Outside) {
        let cable = Arc::new(Mutex::new(Cable {
            rate_hz,
            ..Cable::default()
        }));
        let outside = Outside(Arc::clone(&cable));
        let card = Self {
            name: name.to_owned(),
            has_microphone,
            has_loudspeaker,
            cable,
        };
        (card, outside)
    }

    fn unplugged(&self) -> Result<(), AudioError> {
        if lock(&self.cable).is_unplugged {
            Err(AudioError::Device {
                device: self.describe(),
                reason: "it is not there".into(),
            })
        } else {
            Ok(())
        }
    }
}

impl Outside {
    /// The microphone captures these samples while the loudspeaker plays as many, which are given back.
    pub fn turn(&self, captured: &[f32]) -> Vec<f32> {
        let played = self.play(captured.len());
        if let Some(capture) = &mut lock(&self.0).capture {
            capture.process(captured, 1);
        }
        played
    }

    /// Has the loudspeaker play this many samples while the microphone gives nothing. What was played; silence if no
    /// device is open.
    pub fn play(&self, samples: usize) -> Vec<f32> {
        let mut played = vec![0.0; samples];
        if let Some(render) = &mut lock(&self.0).render {
            render.process(&mut played, 1);
        }
        played
    }

    /// The card is pulled out: its streams are lost, and it does not open.
    pub fn unplug(&self) {
        let mut cable = lock(&self.0);
        cable.is_unplugged = true;
        let why = "the card was pulled out".into();
        cable.notes.push_back(StreamNote::Lost(why));
        (cable.capture, cable.render) = (None, None);
    }

    /// It is put in again, and can be opened.
    pub fn plug_in(&self) {
        lock(&self.0).is_unplugged = false;
    }

    /// The same, and it has another rate now, as another card under its name would.
    pub fn plug_in_at(&self, rate_hz: u32) {
        lock(&self.0).rate_hz = rate_hz;
        self.plug_in();
    }

    /// How often it was opened.
    pub fn opened(&self) -> usize {
        lock(&self.0).opened
    }
}

impl AudioDevice for MemoryCard {
    fn describe(&self) -> String {
        self.name.clone()
    }

    fn probe(&mut self) -> Result<Rates, AudioError> {
        self.unplugged()?;
        let rate_hz = lock(&self.cable).rate_hz;
        Ok(Rates {
            capture: self.has_microphone.then_some(rate_hz),
            render: self.has_loudspeaker.then_some(rate_hz),
        })
    }

    fn open(
        &mut self,
        capture: Option<CaptureCallback>,
        render: Option<RenderCallback>,
    ) -> Result<Box<dyn AudioStream>, AudioError> {
        self.unplugged()?;
        let mut cable = lock(&self.cable);
        (cable.capture, cable.render) = (capture, render);
        cable.opened += 1;
        cable.notes.clear();
        Ok(Box::new(MemoryStream(Arc::clone(&self.cable))))
    }
}

struct MemoryStream(Arc<Mutex<Cable>>);

impl AudioStream for MemoryStream {
    fn take_note(&mut self) -> Option<StreamNote> {
        lock(&self.0).notes.pop_front()
    }
}

impl Drop for MemoryStream {
    fn drop(&mut self) {
        let mut cable = lock(&self.0);
        (cable.capture, cable.render) = (None, None);
    }
}

fn lock(cable: &Mutex<Cable>) -> MutexGuard<'_, Cable> {
    cable.lock().unwrap_or_else(PoisonError::into_inner)
}

//! Speech of our own voices, at 16 kHz.

use fastrand::Rng;

use crate::audio::frame::{SPEECH_RATE, sound_bounds};
use crate::audio::wav::Clip;
use crate::tts::{Synthesizer, TtsError};

/// A voice.
pub struct Voice {
    /// Its name.
    pub name: String,
    /// Its engine.
    pub engine: Box<dyn Synthesizer>,
    /// It is kept for testing: no head learns from it.
    pub for_test: bool,
    /// It takes longer than what it says does: it says the phrase, and what sounds like it, now and then.
    pub is_slow: bool,
    /// How the phrase is written for it, where it does not say it right otherwise: one of these.
    pub spellings: Vec<String>,
}

/// Something that was said.
#[derive(Debug, Clone)]
pub struct Take {
    /// At 16 kHz, with silence before and after.
    pub samples: Vec<f32>,
    /// Where it speaks: first sample, and the one after the last.
    pub voiced: (usize, usize),
    /// Where the phrase begins and ends in it, if it has the phrase.
    pub phrase: Option<(usize, usize)>,
}

/// Silence before and after what is said. Samples: 1 s, 0.8 s.
const BEFORE: usize = SPEECH_RATE as usize;
const AFTER: usize = SPEECH_RATE as usize * 4 / 5;

/// Says a text at a random speed and pitch.
///
/// # Errors
/// The voice fails.
pub fn speak(voice: &mut Voice, text: &str, rng: &mut Rng) -> Result<Take, TtsError> {
    let (clip, _) = said(voice, text, rng)?;
    let (first, last) = sound_bounds(&clip, SPEECH_RATE);
    Ok(framed(&clip[first..last.max(first)], None))
}

/// Says the phrase, alone or, if there is one, in the same breath as what follows it.
///
/// # Errors
/// The voice fails.
pub fn spoken_phrase(
    voice: &mut Voice,
    phrase: &str,
    follows: Option<&str>,
    rng: &mut Rng,
) -> Result<Take, TtsError> {
    let marks: [&str; 4] = [".", "!", "?", ","];
    let mark = marks[rng.usize(..marks.len())];
    let Some(follows) = follows else {
        let (clip, _) = said(voice, &format!("{phrase}{mark}"), rng)?;
        let (first, last) = sound_bounds(&clip, SPEECH_RATE);
        let last = last.max(first);
        return Ok(framed(&clip[first..last], Some((0, last - first))));
    };
    let comma = if rng.bool() { "," } else { "" };
    let (clip, ends) = said(voice, &format!("{phrase}{comma} {follows}"), rng)?;
    let (first, last) = sound_bounds(&clip, SPEECH_RATE);
    // Where this voice says the phrase's last word ends; it knows, or it is not in the same breath.
    let end = ends.iter().find(|(text_end, _)| *text_end >= phrase.len());
    if let Some((_, end)) = end
        && (first..last).contains(end)
    {
        return Ok(framed(&clip[first..last], Some((0, end - first))));
    }
    let (mut both, _) = said(voice, &format!("{phrase},"), rng)?;
    let (first, last) = sound_bounds(&both, SPEECH_RATE);
    both.truncate(last.max(first));
    both.drain(..first);
    let end = both.len();
    both.resize(end + rng.usize(0..SPEECH_RATE as usize / 10), 0.0);
    let (rest, _) = said(voice, follows, rng)?;
    let (first, last) = sound_bounds(&rest, SPEECH_RATE);
    both.extend(&rest[first..last.max(first)]);
    Ok(framed(&both, Some((0, end))))
}

/// Bytes of the text, and the sample where the word that ends there ends.
type Ends = Vec<(usize, usize)>;

fn said(voice: &mut Voice, text: &str, rng: &mut Rng) -> Result<(Vec<f32>, Ends), TtsError> {
    // A shorter throat is a higher voice that speaks faster; the speed makes up for that, and varies by itself.
    let throat = 0.85 + 0.33 * rng.f32();
    let pace = 0.75 + 0.55 * rng.f32();
    voice.engine.set_speed((100.0 * pace / throat) as u16);
    let speech = voice.engine.synthesize_unless(&|| false, text)?;
    let Some(speech) = speech else {
        return Ok((Vec::new(), Vec::new()));
    };
    let rate_hz = (speech.clip.rate_hz as f32 * throat) as u32;
    let scale = f64::from(SPEECH_RATE) / f64::from(rate_hz);
    let ends = speech.word_ends.iter();
    let ends = ends.map(|end| (end.text_end, (end.sample as f64 * scale) as usize));
    let ends = ends.collect();
    let clip = Clip {
        rate_hz,
        samples: speech.clip.samples,
    };
    let clip = clip
        .at_rate(SPEECH_RATE)
        .map_err(|e| TtsError::Run(e.to_string()))?;
    Ok((clip.samples, ends))
}

/// With silence around it.
fn framed(sound: &[f32], phrase: Option<(usize, usize)>) -> Take {
    let mut samples = vec![0.0; BEFORE];
    samples.extend_from_slice(sound);
    samples.resize(samples.len() + AFTER, 0.0);
    Take {
        samples,
        voiced: (BEFORE, BEFORE + sound.len()),
        phrase: phrase.map(|(from, to)| (BEFORE + from, BEFORE + to)),
    }
}

//! What runs a hundred times a second or more, and what stands between a token and its sound:
//! `cargo bench`. Each figure is one step; a step of 10 ms has to cost far less than that.
//!
//! Without the models (`make models`) the second voice detector is left out.

use divan::{Bencher, black_box};
use ringbuf::traits::{Consumer, Producer, Split};
use vivavoce::aec::{EchoCanceller, SonoraCanceller};
use vivavoce::agent::intents::Intents;
use vivavoce::audio::callback::{capture_path, render_path};
use vivavoce::audio::correlation::normalized;
use vivavoce::audio::frame::{BLOCK, FRAME, SESSION_RATE, SPEECH_RATE};
use vivavoce::audio::noise::Noise;
use vivavoce::audio::resample::StreamResampler;
use vivavoce::clock::{Stopwatch, Timestamp};
use vivavoce::config::Config;
use vivavoce::engines::EngineLoader;
use vivavoce::language::Language;
use vivavoce::tts::clauses::{ClauseLimits, ClauseSplitter};
use vivavoce::turn_taking::{Event, TurnTaking, TurnTakingConfig};
use vivavoce::vad::{Earshot, VoiceActivity, VoiceActivityDetector};

fn main() {
    if let Err(error) = activity() {
        println!("left out: both voice detectors together ({error})");
    }
    divan::main();
}

/// Noise that is not the same from block to block, so that nothing is too easy.
fn noise(samples: usize) -> Vec<f32> {
    let mut noise = Noise::new(1);
    (0..samples).map(|_| noise.gaussian() * 0.1).collect()
}

fn activity() -> Result<VoiceActivity, vivavoce::engines::EnginesError> {
    let config = Config::default();
    EngineLoader::new(&config)?.activity()
}

/// 10 ms, stereo, from the driver into the ring, with the time of the call.
#[divan::bench]
fn capture_callback(bencher: Bencher) {
    let (mut callback, mut end) = capture_path(SESSION_RATE);
    let _times = callback.watch_blocks();
    let (block, clock) = (noise(BLOCK * 2), Stopwatch::start());
    bencher.bench_local(|| {
        callback.begin_block(clock.elapsed(), clock.elapsed());
        callback.process(black_box(&block), 2);
        end.ring.clear();
    });
}

/// 10 ms, from the ring to the driver, stereo.
#[divan::bench]
fn render_callback(bencher: Bencher) {
    let (mut callback, mut end, mut tap) = render_path(SESSION_RATE);
    let (speech, mut block) = (noise(BLOCK), vec![0.0f32; BLOCK * 2]);
    bencher.bench_local(|| {
        end.ring.push_slice(&speech);
        callback.process(black_box(&mut block), 2);
        tap.ring.clear();
    });
}

/// 10 ms into a ring and out of it.
#[divan::bench]
fn ring(bencher: Bencher) {
    let (mut producer, mut consumer) = ringbuf::HeapRb::<f32>::new(SESSION_RATE as usize).split();
    let (block, mut out) = (noise(BLOCK), vec![0.0; BLOCK]);
    bencher.bench_local(|| {
        producer.push_slice(black_box(&block));
        consumer.pop_slice(black_box(&mut out))
    });
}

/// 10 ms, from the first rate to the second.
#[divan::bench(args = [(SESSION_RATE, SPEECH_RATE), (SPEECH_RATE, SESSION_RATE), (44_100, SESSION_RATE)])]
fn resampler(bencher: Bencher, (from, to): (u32, u32)) {
    let mut resampler = StreamResampler::new(from, to).expect("both are rates of sound cards");
    let (block, mut out) = (noise(from as usize / 100), Vec::with_capacity(BLOCK * 2));
    bencher.bench_local(|| {
        out.clear();
        resampler.push(black_box(&block), &mut out);
    });
}

/// 10 ms of an echo that is 10 dB below what was played.
#[divan::bench]
fn echo_canceller(bencher: Bencher) {
    let mut canceller = SonoraCanceller::new();
    let played = noise(FRAME * 100);
    let frames = played.as_chunks::<FRAME>().0;
    let mut frame = frames.iter().cycle();
    bencher.bench_local(|| {
        let render = frame.next().expect("a cycle does not end");
        let capture = render.map(|sample| sample * 0.3);
        canceller.process(black_box(&capture), black_box(render))
    });
}

/// 16 ms.
#[divan::bench]
fn voice_gate(bencher: Bencher) {
    let mut gate = Earshot::default();
    let frame = noise(gate.frame_len());
    bencher.bench_local(|| gate.probability(black_box(&frame)));
}

/// 10 ms through both detectors, while a reply sounds: then both listen always.
#[divan::bench]
fn voice_activity(bencher: Bencher) {
    let Ok(mut activity) = activity() else {
        return;
    };
    let (frame, mut blocks, mut changes) = (noise(FRAME), 0u64, Vec::new());
    bencher.bench_local(|| {
        blocks += 1;
        let until = Timestamp::from_millis(blocks * 10);
        changes.clear();
        activity.push(black_box(&frame), until, true, &mut changes)
    });
}

/// What happens to turn taking every 10 ms, and now and then speech that begins and pauses.
#[divan::bench]
fn turn_taking(bencher: Bencher) {
    let mut machine = TurnTaking::new(TurnTakingConfig::default());
    let (mut steps, mut commands) = (0u64, Vec::new());
    bencher.bench_local(|| {
        steps += 1;
        let now = Timestamp::from_millis(steps * 10);
        commands.clear();
        let event = match steps % 100 {
            10 => Event::SpeechStarted(now),
            60 => Event::SpeechPaused(now),
            _ => Event::Tick,
        };
        machine.handle(black_box(now), event, &mut commands);
        commands.len()
    });
}

/// A reply of two sentences, word by word as a language model writes it.
#[divan::bench]
fn clause_splitter(bencher: Bencher) {
    let reply = "The river begins in the hills, where it is hardly wider than a path. In 1776, \
                 seven mills turned along the valley; two of them still do. ";
    let mut splitter = ClauseSplitter::new(ClauseLimits::default(), Language::English);
    bencher.bench_local(|| {
        let pieces = black_box(reply).split_inclusive(' ');
        let clauses: usize = pieces.map(|piece| splitter.push(piece).len()).sum();
        splitter.reset();
        clauses
    });
}

/// A burst of 200 ms looked for in 2.7 s at 48 kHz: what `bench device` does for each.
#[divan::bench(sample_count = 20)]
fn burst_detector(bencher: Bencher) {
    let (burst, recording) = (noise(9_600), noise(129_600));
    bencher.bench_local(|| normalized(black_box(&burst), black_box(&recording)));
}

/// Words that are no command: all sentences are compared with them, and all that ask for common knowledge.
#[divan::bench]
fn words_that_are_no_command(bencher: Bencher) {
    let intents = Intents::bundled(Language::English);
    let words = "I was wondering what my brother would like to eat on Sunday.";
    bencher.bench(|| {
        assert!(intents.decide(black_box(words)).is_none());
        intents.questions(black_box(words))
    });
}

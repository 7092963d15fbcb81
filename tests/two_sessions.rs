//! Two conversations at once in one process, on one set of models. A program of its own: what other tests leave in
//! the memory of a process would hide what a session takes.

use std::time::Duration;

use crossbeam_channel::{Receiver, bounded};
use vivavoce::agent::{BuiltIn, Persona, Setting};
use vivavoce::clock::Stopwatch;
use vivavoce::config::Config;
use vivavoce::engines::{EngineLoader, voice};
use vivavoce::events::{EventKind, SessionEvent};
use vivavoce::harness::bench::soak::look;
use vivavoce::harness::scenario::Scenario;
use vivavoce::harness::stimulus::{Speak, prepare};
use vivavoce::harness::wired_card::WiredCard;
use vivavoce::pipeline::{Engines, Session, SessionConfig, SessionTools, Sound, Watcher};
use vivavoce::tts::{Prosody, Synthesizer};

/// A card whose user asks one question, and what the session on it has to tell it.
fn asking(question: &str) -> (Sound, Watcher) {
    let scenario = format!(
        "name = \"one question\"\nseed = 7\nend = \"reply_finished + 500 ms\"\nlimit_s = 40\n\
         [[stimulus]]\nsay = \"{question}\"\nvoice = \"en-GB\"\nat = \"start + 700 ms\"\n"
    );
    let scenario = Scenario::parse(&scenario, "question.toml".as_ref()).unwrap();
    let mut speak: Speak = Box::new(|text, name| {
        let mut voice = voice(name, Prosody::default()).unwrap();
        Ok(voice.synthesize(text).unwrap())
    });
    let stimuli = prepare(&scenario, &mut speak).unwrap();
    let wired = WiredCard::new(&scenario, stimuli);
    let card = wired.card.with_loudspeaker(None);
    let sound = Sound::new(vec![Box::new(card)]).reporting(wired.reports);
    (sound, wired.watcher)
}

fn start(
    config: &Config,
    persona: Persona,
    engines: Engines,
    question: &str,
) -> (Session, Receiver<SessionEvent>) {
    let (sound, watcher) = asking(question);
    let (event_out, events) = bounded(4_096);
    let tell: Watcher = Box::new(move |event: &SessionEvent| {
        let _ = event_out.try_send(event.clone());
    });
    let session_config = SessionConfig {
        turn_taking: config.turn_taking(),
        setting: Setting {
            built_in: BuiltIn::SwitchedOff,
            ..Setting::new(&persona.name)
        },
        persona,
        in_other_languages: Vec::new(),
        tools: SessionTools::default(),
        earlier: Vec::new(),
        record: None,
        earcon: false,
        started: Stopwatch::start(),
        pays_for_loading: false,
    };
    let session = Session::start(session_config, engines, sound, vec![watcher, tell]).unwrap();
    (session, events)
}

/// What was heard of the replies, once the card's user is done.
fn heard(session: Session, events: &Receiver<SessionEvent>) -> Vec<String> {
    let mut heard = Vec::new();
    while !session.is_over() {
        let first = events.recv_timeout(Duration::from_millis(100)).ok();
        for event in first.into_iter().chain(events.try_iter()) {
            if let EventKind::Heard { text } = event.kind {
                heard.push(text);
            }
        }
    }
    session.stop().unwrap();
    heard
}

#[test]
fn two_sessions_share_the_models_and_nothing_else() {
    let config = Config::default();
    let persona = Persona::bundled(config.language.first());
    let loader = EngineLoader::new(&config).unwrap();
    let first = loader.load(&persona).unwrap();
    let alone = look().map(|resources| resources.memory_kib);
    let second = loader.load(&persona).unwrap();
    let both = look().map(|resources| resources.memory_kib);
    if let (Some(alone), Some(both)) = (alone, both) {
        // The smallest language model alone has 92 MB of weights.
        let more = both.saturating_sub(alone);
        assert!(
            more < 80 * 1_024,
            "the second session takes {more} KiB more"
        );
        println!("one session {alone} KiB, two {both} KiB");
    }
    let persona = loader.tell(persona);
    let france = start(
        &config,
        persona.clone(),
        first,
        "What is the capital of France?",
    );
    let spider = start(
        &config,
        persona,
        second,
        "How many legs does a spider have?",
    );
    let france = heard(france.0, &france.1).join(" ");
    let spider = heard(spider.0, &spider.1).join(" ").to_lowercase();
    assert!(france.contains("Paris"), "{france}");
    assert!(spider.contains("eight") || spider.contains('8'), "{spider}");
}

//! A voice on the network, and the servers that it may meet there.

use vivavoce::language::Language;
use vivavoce::tts::{Synthesizer, WyomingVoice};
use wyoming::{AudioFormat, Message, pcm};

use crate::wyoming_server::{SOON, answer, garbage, listen_only, nobody, read_until, server};

const FORMAT: AudioFormat = AudioFormat {
    rate: 22_050,
    width: 2,
    channels: 1,
};

fn is_request(message: &Message) -> bool {
    matches!(message, Message::Synthesize(_))
}

fn voice(address: &str) -> WyomingVoice {
    WyomingVoice::new(address, Some("amy"), Language::English).patience(SOON)
}

fn failure(address: &str) -> String {
    let message = voice(address).synthesize("Yes.").unwrap_err().to_string();
    assert!(message.contains(address), "{message}");
    message
}

#[test]
fn chunks_become_a_clip_at_the_servers_rate() {
    let address = server(|stream| {
        let asked = read_until(&stream, is_request);
        let [Message::Synthesize(asked)] = &asked[..] else {
            panic!("{asked:?}");
        };
        let voice = asked.voice.as_ref().unwrap();
        assert_eq!(
            (asked.text.as_str(), voice.name.as_deref()),
            ("Yes.", Some("amy"))
        );
        let chunk = Message::AudioChunk(FORMAT, pcm::encode(&[0.25; 500]));
        let chunks = vec![chunk.clone(), chunk, Message::AudioStop];
        answer(
            &stream,
            [vec![Message::AudioStart(FORMAT)], chunks].concat(),
        );
    });
    let clip = voice(&address).synthesize("Yes.").unwrap();
    assert_eq!(clip.rate_hz, 22_050);
    assert_eq!(clip.samples, [0.25; 1_000]);
}

#[test]
fn servers_that_are_absent_garbled_silent_or_gone_are_named() {
    let message = failure(&nobody());
    assert!(message.contains("cannot be reached"), "{message}");
    let message = failure(&server(garbage));
    assert!(
        message.contains("does not speak the Wyoming protocol"),
        "{message}"
    );
    let message = failure(&server(|stream| listen_only(&stream)));
    assert!(message.contains("did not answer within"), "{message}");
    let message = failure(&server(|stream| drop(read_until(&stream, is_request))));
    assert!(message.contains("closed the connection"), "{message}");
}

#[test]
fn a_server_that_ends_without_audio_is_an_error() {
    let message = failure(&server(|stream| {
        read_until(&stream, is_request);
        answer(
            &stream,
            vec![Message::AudioStart(FORMAT), Message::AudioStop],
        );
    }));
    assert!(message.contains("no audio"), "{message}");
}

#[test]
fn a_server_that_speaks_for_ever_is_stopped() {
    let message = failure(&server(|stream| {
        read_until(&stream, is_request);
        let second = Message::AudioChunk(FORMAT, pcm::encode(&vec![0.1; 22_050]));
        answer(&stream, vec![second; 130]);
        listen_only(&stream);
    }));
    assert!(message.contains("more than 120 s"), "{message}");
}

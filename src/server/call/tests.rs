//! Calls over the loopback device, with str0m as the client too.

use std::net::UdpSocket;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use str0m::change::{SdpAnswer, SdpPendingOffer};
use str0m::channel::ChannelId;
use str0m::format::Codec;
use str0m::media::{Direction, Frequency, MediaKind, MediaTime, Mid};
use str0m::net::{Protocol, Receive};
use str0m::{Candidate, Event, Input, Output, Rtc};
use tokio::time::interval;

use super::opus::{Ear, Mouth};
use super::*;
use crate::clock::{Stopwatch, system_instant};

const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

/// A client: it says a tone and one event, and keeps what it hears and is told.
struct Client {
    rtc: Rtc,
    socket: UdpSocket,
    track: Mid,
    mouth: Mouth,
    ear: Ear,
    said: usize,
    since: Stopwatch,
    is_connected: bool,
    channel: Option<ChannelId>,
    heard: Vec<i16>,
    told: Vec<String>,
    is_closed: bool,
}

impl Client {
    /// A client, what it offers, and what it keeps for the answer.
    fn offer() -> (Self, String, SdpPendingOffer) {
        let socket = UdpSocket::bind((HERE, 0)).unwrap();
        let patience = Some(Duration::from_millis(5));
        socket.set_read_timeout(patience).unwrap();
        let crypto = str0m::crypto::from_feature_flags();
        let mut rtc = Rtc::builder()
            .set_crypto_provider(Arc::new(crypto))
            .build(system_instant());
        let at = socket.local_addr().unwrap();
        rtc.add_local_candidate(Candidate::host(at, "udp").unwrap());
        let mut change = rtc.sdp_api();
        let track = change.add_media(MediaKind::Audio, Direction::SendRecv, None, None, None);
        change.add_channel("oai-events".into());
        let (offer, pending) = change.apply().unwrap();
        let client = Self {
            rtc,
            socket,
            track,
            mouth: Mouth::new().unwrap(),
            ear: Ear::new().unwrap(),
            said: 0,
            since: Stopwatch::start(),
            is_connected: false,
            channel: None,
            heard: Vec::new(),
            told: Vec::new(),
            is_closed: false,
        };
        (client, offer.to_sdp_string(), pending)
    }

    fn accept(&mut self, pending: SdpPendingOffer, answer: &str) {
        let answer = SdpAnswer::from_sdp_string(answer).unwrap();
        self.rtc.sdp_api().accept_answer(pending, answer).unwrap();
    }

    fn run_until(mut self, is_done: impl Fn(&Self) -> bool) -> Self {
        while !is_done(&self) {
            self.send();
            if !self.rtc.is_alive() {
                self.is_closed = true;
                continue;
            }
            let mut datagram = [0; 2_000];
            let input = match self.socket.recv_from(&mut datagram) {
                Ok((bytes, source)) => {
                    let at = self.socket.local_addr().unwrap();
                    let datagram = &datagram[..bytes];
                    let receive = Receive::new(Protocol::Udp, source, at, datagram).unwrap();
                    Input::Receive(system_instant(), receive)
                }
                Err(_) => Input::Timeout(system_instant()),
            };
            self.rtc.handle_input(input).unwrap();
            self.speak();
        }
        self
    }

    fn send(&mut self) {
        loop {
            match self.rtc.poll_output().unwrap() {
                Output::Timeout(_) => return,
                Output::Transmit(transmit) => {
                    let to = transmit.destination;
                    self.socket.send_to(&transmit.contents, to).unwrap();
                }
                Output::Event(event) => self.happened(event),
            }
        }
    }

    fn happened(&mut self, event: Event) {
        match event {
            Event::Connected => (self.is_connected, self.since) = (true, Stopwatch::start()),
            Event::ChannelOpen(id, _) => {
                self.channel = Some(id);
                let mut channel = self.rtc.channel(id).unwrap();
                assert!(channel.write(false, b"{}").unwrap());
            }
            Event::ChannelData(data) => self.told.push(String::from_utf8(data.data).unwrap()),
            Event::MediaData(data) => {
                let samples = self.ear.hear(&data.data, data.time.numer());
                self.heard.extend(samples);
            }
            Event::ChannelClose(_) | Event::Closed => self.is_closed = true,
            _ => {}
        }
    }

    /// Says what is due by now, 10 ms at a time.
    fn speak(&mut self) {
        while self.is_connected && self.said < self.since.elapsed().as_millis() as usize / 10 {
            self.said += 1;
            let Some((tick, packet)) = self.mouth.say(&TONE).unwrap() else {
                continue;
            };
            let writer = self.rtc.writer(self.track).unwrap();
            let mut kinds = writer.payload_params();
            let opus = kinds.find(|p| p.spec().codec == Codec::Opus).unwrap().pt();
            drop(kinds);
            let time = MediaTime::new(tick, Frequency::FORTY_EIGHT_KHZ);
            writer.write(opus, system_instant(), time, packet).unwrap();
        }
    }
}

/// 10 ms that can be told from silence: a tone of 500 Hz.
const TONE: [i16; 240] = {
    let mut tone = [8_000; 240];
    let mut at = 0;
    while at < 240 {
        if at % 48 < 24 {
            tone[at] = -8_000;
        }
        at += 1;
    }
    tone
};

fn is_loud(samples: &[i16]) -> bool {
    samples.iter().filter(|s| s.abs() > 2_000).count() > 2_400
}

/// A call with a client that has come; it runs until `is_done`.
async fn call(
    is_done: impl Fn(&Client) -> bool + Send + 'static,
) -> (Call, tokio::task::JoinHandle<Client>) {
    let (mut client, offer, pending) = Client::offer();
    let answered = answer(&offer, HERE).await.unwrap();
    client.accept(pending, &answered.answer);
    let call = answered.begin(CallTimeouts::default());
    let client = tokio::task::spawn_blocking(move || client.run_until(is_done));
    (call, client)
}

#[tokio::test(flavor = "multi_thread")]
async fn sound_and_events_go_both_ways() {
    // The client stays until the other end has heard enough, too.
    let enough = Arc::new(AtomicBool::new(false));
    let is_over = Arc::clone(&enough);
    let has_all = move |client: &Client| {
        !client.told.is_empty() && is_loud(&client.heard) && is_over.load(Ordering::Relaxed)
    };
    let (mut call, client) = call(has_all).await;
    // What is told before the client has come is told when it comes.
    assert!(call.text(&json!({ "type": "greeting" })));
    let (mut heard, mut told) = (Vec::new(), Vec::new());
    let mut blocks = interval(Duration::from_millis(10));
    while !client.is_finished() {
        tokio::select! {
            came = call.next() => match came.expect("the client is there") {
                Heard::Sound(samples) => heard.extend(samples),
                Heard::Text(text) => told.push(text),
            },
            _ = blocks.tick() => assert!(call.play(&TONE)),
        }
        if !told.is_empty() && is_loud(&heard) {
            enough.store(true, Ordering::Relaxed);
        }
    }
    let client = client.await.unwrap();
    assert_eq!(told, ["{}"]);
    assert_eq!(client.told, [r#"{"type":"greeting"}"#]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_is_told_when_the_call_is_hung_up() {
    let (mut call, client) = call(|client| client.is_closed).await;
    call.next().await.expect("the client has come");
    drop(call);
    assert!(client.await.unwrap().is_closed);
}

#[tokio::test]
async fn a_client_that_never_comes_is_let_go() {
    let (_client, offer, _) = Client::offer();
    let answered = answer(&offer, HERE).await.unwrap();
    let timeouts = CallTimeouts {
        comes: Duration::from_millis(50),
        ..CallTimeouts::default()
    };
    assert_eq!(answered.begin(timeouts).next().await, None);
}

#[tokio::test]
async fn what_is_no_offer_is_refused() {
    let (_client, offer, _) = Client::offer();
    let without_sound = offer.replace("m=audio", "m=video");
    let endless = "v=0\r\n".repeat(10_000);
    for offer in ["", "v=0", "hello", &endless, &without_sound] {
        let answered = answer(offer, HERE).await;
        assert!(matches!(answered, Err(CallError::Offer(_))), "{offer:.20}");
    }
}

#[test]
fn in_place_of_an_event_that_is_too_long_stands_an_error_that_names_it() {
    let event = json!({ "type": "session.created", "event_id": "event_1", "session": "x" });
    let error = too_long(&event);
    assert_eq!(error["type"], "error");
    assert!(
        error["error"]["message"]
            .as_str()
            .unwrap()
            .contains("session.created")
    );
}

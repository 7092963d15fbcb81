//! The other end of a call: what str0m wants sent is sent, what comes is given to it. A task of the runtime.

use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use opusic_c::ErrorCode;
use str0m::change::SdpOffer;
use str0m::channel::{ChannelData, ChannelId};
use str0m::format::Codec;
use str0m::media::{Frequency, MediaData, MediaKind, MediaTime, Mid};
use str0m::net::{Protocol, Receive};
use str0m::{Candidate, Event, IceConnectionState, Input, Output, Rtc, RtcError};
use tokio::net::UdpSocket;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::opus::{Ear, Mouth};
use super::{CallError, CallTimeouts, Heard, Said};
use crate::clock::{self, Stopwatch};

/// A loudspeaker goes on without a pause. If it is behind by more than this, another session took over meanwhile...
const MOST_BEHIND_MS: i64 = 300;
/// ...and what is ahead by more than this belongs into such a pause: the client has gone on.
const MOST_AHEAD_MS: i64 = 100;
/// Packets that are waited for when one before them is missing, and for how long: what comes later is made up for.
const REORDERED: usize = 2;
const REORDERED_WITHIN: Duration = Duration::from_millis(60);
/// Bytes that may wait for a slow client: the longest event several times.
const MOST_BUFFERED: usize = 1 << 20;
/// What clients call the channel of the protocol.
const CHANNEL: &str = "oai-events";
/// Bytes of a datagram at most; more is no packet of a call.
const DATAGRAM: usize = 2_000;
/// Events that wait for the data channel to open, or for a slow client. One that is behind by more has gone.
const MOST_WAITING: usize = 1_024;

/// See the module.
pub(super) struct Peer {
    rtc: Rtc,
    socket: UdpSocket,
    at: SocketAddr,
    track: Option<Mid>,
    channel: Option<ChannelId>,
    waiting: VecDeque<String>,
    ear: Ear,
    mouth: Mouth,
    heard: mpsc::Sender<Heard>,
    /// Since the client has come.
    connected: Option<Stopwatch>,
    /// How long a client may be away that has come.
    away: Duration,
    /// It ends then, unless the client comes.
    ends_at: Option<Instant>,
    is_over: bool,
}

impl Peer {
    /// Answers an offer; the answer.
    pub async fn answer(
        offer: &str,
        address: IpAddr,
        heard: mpsc::Sender<Heard>,
    ) -> Result<(Self, String), CallError> {
        let wrong = |error: &dyn std::fmt::Display| CallError::Offer(error.to_string());
        for (part, what) in [
            ("m=audio", "track of sound"),
            ("m=application", "data channel"),
        ] {
            if !offer.lines().any(|line| line.starts_with(part)) {
                return Err(CallError::Offer(format!("it has no {what} ({part})")));
            }
        }
        let offer = SdpOffer::from_sdp_string(offer).map_err(|e| wrong(&e))?;
        let here = |error: &dyn std::fmt::Display| CallError::Here(error.to_string());
        let opus = |error: ErrorCode| CallError::Here(format!("Opus: {}", error.message()));
        let (ear, mouth) = (Ear::new().map_err(opus)?, Mouth::new().map_err(opus)?);
        let socket = UdpSocket::bind((address, 0)).await.map_err(|e| here(&e))?;
        let at = socket.local_addr().map_err(|e| here(&e))?;
        // The client comes to us: who answers at a known address has no need to look for a way.
        let mut rtc = Rtc::builder()
            .set_crypto_provider(std::sync::Arc::new(str0m::crypto::from_feature_flags()))
            .set_ice_lite(true)
            .clear_codecs()
            .enable_opus(true, false)
            .set_reordering_size_audio(REORDERED)
            .set_reordering_timeout_audio(Some(REORDERED_WITHIN))
            .set_sctp_max_buffered_amount(MOST_BUFFERED)
            .build(clock::system_instant());
        let candidate = Candidate::host(at, "udp").map_err(|e| here(&e))?;
        rtc.add_local_candidate(candidate);
        let answer = rtc.sdp_api().accept_offer(offer).map_err(|e| wrong(&e))?;
        let peer = Self {
            rtc,
            socket,
            at,
            track: None,
            channel: None,
            waiting: VecDeque::new(),
            ear,
            mouth,
            heard,
            connected: None,
            away: Duration::ZERO,
            ends_at: None,
            is_over: false,
        };
        Ok((peer, answer.to_sdp_string()))
    }

    /// Runs until one of both hangs up.
    pub async fn run(
        mut self,
        mut said: mpsc::Receiver<Said>,
        timeouts: CallTimeouts,
    ) -> Result<(), RtcError> {
        self.away = timeouts.away;
        self.ends_at = Some(now() + timeouts.comes);
        let mut datagram = vec![0; DATAGRAM];
        loop {
            let due = self.send().await?;
            if self.is_over || !self.rtc.is_alive() {
                return Ok(());
            }
            let wakes_at = self.ends_at.map_or(due, |ends_at| due.min(ends_at));
            tokio::select! {
                came = self.socket.recv_from(&mut datagram) => {
                    // A port of the client's that is closed is told here: ICE finds out by itself.
                    if let Ok((bytes, source)) = came {
                        self.receive(&datagram[..bytes], source);
                    }
                }
                said = said.recv() => match said {
                    Some(Said::Text(text)) => self.say(text),
                    Some(Said::Sound(block)) => self.play(&block)?,
                    None => {
                        self.rtc.close()?;
                        self.send().await?;
                        return Ok(());
                    }
                },
                () = sleep_until(wakes_at) => {
                    let now = clock::system_instant();
                    self.is_over |= self.ends_at.is_some_and(|at| at.into_std() <= now);
                    self.rtc.handle_input(Input::Timeout(now))?;
                }
            }
        }
    }

    /// Sends what is to be sent, tells what has happened; when to come again.
    async fn send(&mut self) -> Result<Instant, RtcError> {
        loop {
            match self.rtc.poll_output()? {
                Output::Timeout(due) => return Ok(Instant::from_std(due)),
                Output::Transmit(transmit) => {
                    // What is lost on the way is lost here too: it is sent again where it matters.
                    let to = transmit.destination;
                    let _ = self.socket.send_to(&transmit.contents, to).await;
                }
                Output::Event(event) => self.happened(event),
            }
        }
    }

    /// Anybody may send to the port: what is no packet of a call is nothing.
    fn receive(&mut self, datagram: &[u8], source: SocketAddr) {
        let Ok(receive) = Receive::new(Protocol::Udp, source, self.at, datagram) else {
            return;
        };
        let input = Input::Receive(clock::system_instant(), receive);
        if self.rtc.accepts(&input)
            && let Err(error) = self.rtc.handle_input(input)
        {
            tracing::debug!("a packet of a call: {error}");
        }
    }

    fn happened(&mut self, event: Event) {
        match event {
            Event::Connected => {
                self.ends_at = None;
                self.connected.get_or_insert_with(Stopwatch::start);
            }
            // Until it has come it is waited for no longer, whatever its network does.
            Event::IceConnectionStateChange(state) if self.connected.is_some() => {
                let is_away = state == IceConnectionState::Disconnected;
                self.ends_at = is_away.then(|| now() + self.away);
            }
            Event::MediaAdded(media) if media.kind == MediaKind::Audio => {
                self.track.get_or_insert(media.mid);
            }
            Event::MediaData(data) if self.track == Some(data.mid) => self.hear(&data),
            Event::ChannelOpen(id, label) => {
                if self.channel.is_none() || label == CHANNEL {
                    self.channel = Some(id);
                }
                self.pass_waiting_on();
            }
            Event::ChannelBufferedAmountLow(_) => self.pass_waiting_on(),
            Event::ChannelData(data) if self.channel == Some(data.id) => self.read(data),
            Event::ChannelClose(id) if self.channel == Some(id) => self.is_over = true,
            Event::Closed => self.is_over = true,
            _ => {}
        }
    }

    fn hear(&mut self, data: &MediaData) {
        let samples = self.ear.hear(&data.data, data.time.numer());
        if !samples.is_empty() {
            self.tell(Heard::Sound(samples));
        }
    }

    fn read(&mut self, data: ChannelData) {
        // The protocol is text alone; some libraries send it as bytes.
        if let Ok(text) = String::from_utf8(data.data) {
            self.tell(Heard::Text(text));
        }
    }

    /// A door that is so far behind has gone.
    fn tell(&mut self, heard: Heard) {
        self.is_over |= self.heard.try_send(heard).is_err();
    }

    fn say(&mut self, text: String) {
        self.waiting.push_back(text);
        self.is_over |= self.waiting.len() > MOST_WAITING;
        self.pass_waiting_on();
    }

    /// Sends what waits, as far as the channel takes it.
    fn pass_waiting_on(&mut self) {
        let Some(mut channel) = self.channel.and_then(|id| self.rtc.channel(id)) else {
            return;
        };
        while let Some(text) = self.waiting.pop_front() {
            match channel.write(false, text.as_bytes()) {
                Ok(true) => {}
                Ok(false) => {
                    self.waiting.push_front(text);
                    channel.set_buffered_amount_low_threshold(0);
                    break;
                }
                // This client takes no such message; the next may be shorter.
                Err(error) => tracing::warn!("an event of a call: {error}"),
            }
        }
    }

    /// What sounds before the client has come is not for it.
    fn play(&mut self, block: &[i16]) -> Result<(), RtcError> {
        let Some(connected) = self.connected else {
            return Ok(());
        };
        match self.mouth.behind_ms(connected.elapsed()) {
            behind if behind > MOST_BEHIND_MS => self.mouth.pause(behind.unsigned_abs()),
            ahead if ahead < -MOST_AHEAD_MS => return Ok(()),
            _ => {}
        }
        let packet = self.mouth.say(block);
        let (Ok(Some((tick, packet))), Some(track)) = (packet, self.track) else {
            return Ok(());
        };
        let Some(writer) = self.rtc.writer(track) else {
            return Ok(());
        };
        let opus = writer
            .payload_params()
            .find(|p| p.spec().codec == Codec::Opus);
        let Some(kind) = opus.map(str0m::format::PayloadParams::pt) else {
            return Ok(());
        };
        let time = MediaTime::new(tick, Frequency::FORTY_EIGHT_KHZ);
        writer.write(kind, clock::system_instant(), time, packet)
    }
}

fn now() -> Instant {
    Instant::from_std(clock::system_instant())
}

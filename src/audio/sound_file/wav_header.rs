//! The head of a WAV file, read as programs in the wild write it, and written anew as one of the few
//! forms that every reader takes.
//!
//! Streams of ffmpeg and sox state lengths of 0, 0x7FFFFFFF, 0x7FFFF000 or 0xFFFFFFFF; RF64 and BW64 put
//! them elsewhere; some programs forget the byte that pads an odd chunk; byte rates are wrong; 24 of 32
//! bits are valid. What can be believed is what the file has: samples go to the end of the data chunk,
//! or of the file where that is sooner or the length is one of those.

use std::io::{self, Read, Seek, SeekFrom};

/// Kinds of samples, as the format tag says.
const PCM: u16 = 1;
const FLOAT: u16 = 3;
const A_LAW: u16 = 6;
const MU_LAW: u16 = 7;
const EXTENSIBLE: u16 = 0xFFFE;
/// Lengths from here on are what streaming programs write for "not known". Bytes.
const UNKNOWN_LENGTH: u64 = 0x7FFF_0000;
/// Bits that a sample can be stored in.
const WIDTHS: [u32; 5] = [8, 16, 24, 32, 64];
/// A longer format chunk is treated as damage. Bytes.
const MOST_FORMAT: u64 = 4_096;
/// Chunks before the samples beyond which a file is treated as damaged.
const MOST_CHUNKS: usize = 10_000;

/// What stands behind an odd chunk whose padding was forgotten.
const COMMON_CHUNKS: [&[u8; 4]; 8] = [
    b"data", b"fmt ", b"LIST", b"fact", b"bext", b"JUNK", b"junk", b"id3 ",
];

/// Where the samples of a WAV file lie, and a head for them that every reader takes.
#[derive(Debug, PartialEq, Eq)]
pub struct WavHeader {
    /// A RIFF head that states the samples' length, or none if it has no room for it.
    pub head: Vec<u8>,
    /// Where the samples begin. Bytes from the beginning of the file.
    pub data_start: u64,
    /// Their length; less in a file that is cut off. Bytes.
    pub data_bytes: u64,
    /// Whether the file ends before its stated length.
    pub cut_off: bool,
}

/// Whether a file that begins with these bytes is read here.
pub fn is_wav(magic: &[u8; 12]) -> bool {
    matches!(&magic[..4], b"RIFF" | b"RF64" | b"BW64") && &magic[8..] == b"WAVE"
}

/// Reads the head of a WAV file.
///
/// # Errors
/// In words for people: it is damaged before its samples begin, or holds none.
pub fn read(file: &mut (impl Read + Seek)) -> Result<WavHeader, String> {
    let cut_off = |_: io::Error| "it ends before its first sample".to_owned();
    let length = file.seek(SeekFrom::End(0)).map_err(|e| e.to_string())?;
    let (mut at, mut format, mut long_length) = (12u64, None, None);
    for _ in 0..MOST_CHUNKS {
        file.seek(SeekFrom::Start(at)).map_err(cut_off)?;
        let mut chunk = [0; 8];
        file.read_exact(&mut chunk).map_err(cut_off)?;
        let id: [u8; 4] = [chunk[0], chunk[1], chunk[2], chunk[3]];
        let stated = u64::from(u32_at(&chunk, 4));
        let start = at + 8;
        match &id {
            b"fmt " if stated <= MOST_FORMAT => {
                let mut bytes = vec![0; stated as usize];
                file.read_exact(&mut bytes).map_err(cut_off)?;
                format = Some(Format::parse(&bytes)?);
            }
            b"ds64" => {
                let mut bytes = [0; 16];
                file.read_exact(&mut bytes).map_err(cut_off)?;
                long_length = Some(u64_at(&bytes, 8));
            }
            b"data" => {
                let format = format.ok_or("its samples come before their format")?;
                let left = length.saturating_sub(start);
                let known = (1..UNKNOWN_LENGTH).contains(&stated).then_some(stated);
                // RF64 states the length elsewhere, and 0xFFFFFFFF here.
                let known = known.or(long_length.filter(|bytes| *bytes > 0));
                let bytes = known.unwrap_or(left).min(left);
                // A last sample that is cut off does not count.
                let data_bytes = bytes - bytes % u64::from(format.block.max(1));
                return Ok(WavHeader {
                    head: format.head(data_bytes),
                    data_start: start,
                    data_bytes,
                    cut_off: known.is_some_and(|bytes| bytes > left),
                });
            }
            _ => {}
        }
        at = next_chunk(file, start.saturating_add(stated)).map_err(cut_off)?;
    }
    Err("it has no samples among its first chunks".into())
}

/// Where the next chunk begins: behind a byte of padding if the last one ended at an odd place, unless
/// its program forgot that byte.
fn next_chunk(file: &mut (impl Read + Seek), end: u64) -> io::Result<u64> {
    if end.is_multiple_of(2) {
        return Ok(end);
    }
    let mut id = [0; 4];
    file.seek(SeekFrom::Start(end))?;
    file.read_exact(&mut id)?;
    let padded = !COMMON_CHUNKS.contains(&&id);
    Ok(end.saturating_add(u64::from(padded)))
}

/// What a format chunk says, as far as it matters.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Format {
    tag: u16,
    channels: u16,
    rate_hz: u32,
    /// Of a sample of one channel, as it is stored.
    bits: u16,
    /// Bytes that are decoded together: a sample of each channel, or a block of a compressed kind.
    block: u16,
    /// The chunk as it was, for kinds that are none of the plain ones.
    other: Option<Vec<u8>>,
}

impl Format {
    fn parse(bytes: &[u8]) -> Result<Self, String> {
        if bytes.len() < 16 {
            return Err("its format is cut off".into());
        }
        let (channels, rate_hz) = (u16_at(bytes, 2), u32_at(bytes, 4));
        let (block, stated_bits) = (u16_at(bytes, 12), u16_at(bytes, 14));
        let mut tag = u16_at(bytes, 0);
        if tag == EXTENSIBLE && bytes.len() >= 26 {
            // The sub-format's first two bytes are the tag of the plain kind.
            tag = u16_at(bytes, 24);
        }
        if channels == 0 {
            return Err("its header says 0 channels".into());
        }
        // 20 valid bits lie in 24, left-justified: what counts is how a sample is stored.
        let stored = u32::from(block / channels) * 8;
        let plausible = WIDTHS.contains(&stored) && stored >= u32::from(stated_bits);
        let bits = if plausible {
            stored as u16
        } else {
            stated_bits.div_ceil(8).saturating_mul(8)
        };
        let plain = matches!(tag, PCM | FLOAT | A_LAW | MU_LAW);
        let whole = channels.saturating_mul(bits / 8);
        Ok(Self {
            tag,
            channels,
            rate_hz,
            bits,
            block: if plain { whole } else { block },
            other: (!plain).then(|| bytes.to_vec()),
        })
    }

    /// A head with this format that states the samples' length in bytes; none if it is too large, and
    /// then they go on to the end of the stream.
    fn head(&self, data_bytes: u64) -> Vec<u8> {
        let format = self.other.clone().unwrap_or_else(|| self.chunk());
        let mut head = Vec::with_capacity(28 + format.len());
        head.extend(b"RIFF\xFF\xFF\xFF\xFFWAVEfmt ");
        head.extend((format.len() as u32).to_le_bytes());
        head.extend(&format);
        // An odd chunk is padded.
        head.extend(std::iter::repeat_n(0, format.len() % 2));
        head.extend(b"data");
        head.extend(u32::try_from(data_bytes).unwrap_or(u32::MAX).to_le_bytes());
        head
    }

    fn chunk(&self) -> Vec<u8> {
        let byte_rate = self.rate_hz.saturating_mul(u32::from(self.block));
        let mut chunk = Vec::with_capacity(18);
        chunk.extend(self.tag.to_le_bytes());
        chunk.extend(self.channels.to_le_bytes());
        chunk.extend(self.rate_hz.to_le_bytes());
        chunk.extend(byte_rate.to_le_bytes());
        chunk.extend(self.block.to_le_bytes());
        chunk.extend(self.bits.to_le_bytes());
        // No extension.
        chunk.extend([0, 0]);
        chunk
    }
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from(u16_at(bytes, at)) | u32::from(u16_at(bytes, at + 2)) << 16
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}

//! A syllable of pinyin as phonemes: those of misaki 0.9.4's `transcription.py` (MIT), with an arrow behind the
//! vowel for the tone.

/// A syllable in pinyin, without its tone, and the tone: 1 to 4, 5 for the neutral one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Syllable {
    pub pinyin: String,
    pub tone: u8,
}

impl Syllable {
    /// Out of "zhong1", "lü4", "de".
    pub(super) fn parse(written: &str) -> Self {
        let pinyin = written.trim_end_matches(|c: char| c.is_ascii_digit());
        let tone = written[pinyin.len()..].parse().unwrap_or(5);
        Self {
            pinyin: pinyin.replace('v', "ü"),
            tone,
        }
    }
}

/// Beginnings of syllables; those of two letters stand before those of one.
const INITIALS: [(&str, &str); 21] = [
    ("zh", "ꭧ"),
    ("ch", "ꭧʰ"),
    ("sh", "ʂ"),
    ("b", "p"),
    ("c", "ʦʰ"),
    ("d", "t"),
    ("f", "f"),
    ("g", "k"),
    ("h", "x"),
    ("j", "ʨ"),
    ("k", "kʰ"),
    ("l", "l"),
    ("m", "m"),
    ("n", "n"),
    ("p", "pʰ"),
    ("q", "ʨʰ"),
    ("r", "ɻ"),
    ("s", "s"),
    ("t", "tʰ"),
    ("x", "ɕ"),
    ("z", "ʦ"),
];
/// What follows; the tone's arrow stands between the two parts.
const FINALS: [(&str, &str, &str); 36] = [
    ("a", "a", ""),
    ("ai", "ai", ""),
    ("an", "a", "n"),
    ("ang", "a", "ŋ"),
    ("ao", "au", ""),
    ("e", "ɤ", ""),
    ("ei", "ei", ""),
    ("en", "ə", "n"),
    ("eng", "ə", "ŋ"),
    ("i", "i", ""),
    ("ia", "ja", ""),
    ("ian", "jɛ", "n"),
    ("iang", "ja", "ŋ"),
    ("iao", "jau", ""),
    ("ie", "je", ""),
    ("in", "i", "n"),
    ("iou", "jou", ""),
    ("ing", "i", "ŋ"),
    ("iong", "jʊ", "ŋ"),
    ("ong", "ʊ", "ŋ"),
    ("ou", "ou", ""),
    ("u", "u", ""),
    ("uei", "wei", ""),
    ("ua", "wa", ""),
    ("uai", "wai", ""),
    ("uan", "wa", "n"),
    ("uen", "wə", "n"),
    ("uang", "wa", "ŋ"),
    ("ueng", "wə", "ŋ"),
    ("uo", "wo", ""),
    ("o", "wo", ""),
    ("ü", "y", ""),
    ("üe", "ɥe", ""),
    ("üan", "ɥɛ", "n"),
    ("ün", "y", "n"),
    ("ê", "ɛ", ""),
];

/// Its phonemes; nothing if it is no syllable of Mandarin.
pub(super) fn phonemes(syllable: &Syllable) -> String {
    let tone = match syllable.tone {
        1 => "→",
        2 => "↗",
        3 => "↓",
        4 => "↘",
        _ => "",
    };
    match syllable.pinyin.as_str() {
        "er" | "r" => return format!("ɚ{tone}"),
        "o" => return format!("ɔ{tone}"),
        "yo" => return format!("jɔ{tone}"),
        "m" => return format!("m{tone}"),
        "n" => return format!("n{tone}"),
        "ng" => return format!("ŋ{tone}"),
        "hm" => return format!("hm{tone}"),
        "hng" => return format!("hŋ{tone}"),
        _ => {}
    }
    let (initial, sound, rest) = parts(&syllable.pinyin);
    if rest == "i" && matches!(initial, "zh" | "ch" | "sh" | "r" | "z" | "c" | "s") {
        return format!("{sound}ɨ{tone}");
    }
    let known = FINALS.iter().find(|(name, ..)| *name == rest);
    known.map_or_else(String::new, |(_, vowel, end)| {
        format!("{sound}{vowel}{tone}{end}")
    })
}

/// How a syllable begins, as it is written and as it sounds, and how it ends, by its full name ("jiu" ends in
/// "iou").
fn parts(pinyin: &str) -> (&'static str, &'static str, String) {
    let (initial, sound) = INITIALS
        .into_iter()
        .find(|(initial, _)| pinyin.starts_with(initial))
        .unwrap_or(("", ""));
    let rest = &pinyin[initial.len()..];
    let rest = match (initial, rest) {
        ("j" | "q" | "x", rest) if rest.starts_with('u') => rest.replacen('u', "ü", 1),
        ("", "you") => "iou".to_owned(),
        ("", "wei") => "uei".to_owned(),
        ("", "wen") => "uen".to_owned(),
        ("", "weng") => "ueng".to_owned(),
        ("", rest) if rest.starts_with("yu") => rest.replacen("yu", "ü", 1),
        ("", rest) if rest.starts_with("yi") => rest[1..].to_owned(),
        ("", rest) if rest.starts_with("wu") => rest[1..].to_owned(),
        ("", rest) if rest.starts_with('y') => rest.replacen('y', "i", 1),
        ("", rest) if rest.starts_with('w') => rest.replacen('w', "u", 1),
        (_, rest) => rest.to_owned(),
    };
    // "yong"
    let rest = match rest.as_str() {
        "iu" => "iou".to_owned(),
        "ui" => "uei".to_owned(),
        "un" => "uen".to_owned(),
        "üong" => "iong".to_owned(),
        "ue" => "üe".to_owned(),
        _ => rest,
    };
    (initial, sound, rest)
}

//! Italian by its spelling, with rules and lists for what that does not say: the stress (`stress`), open and closed
//! e and o, the voice of s and z.
//!
//! It writes what espeak-ng says, since Kokoro learned Italian from that.

mod stress;

use super::spelling::{self, Spelling};
use super::{Phonemes, Phonemizer};
use crate::cancellation::Cancelled;
use crate::tts::TtsError;
use crate::tts::speakable::italian::cardinal;

/// Reads Italian.
pub struct Italian;

impl Phonemizer for Italian {
    fn read_unless(&self, _: Cancelled, text: &str) -> Result<Option<Phonemes>, TtsError> {
        Ok(Some(spelling::read::<Self>(text)))
    }
}

/// Words that have no stress of their own within a clause.
const UNSTRESSED: &str = "di e è che il la a in non un per del i le si con da ma al ha più se nel mi lo gli o ho ci su ad
    dal ti ed tra ai sul ne me chi mai hai dai vi te tu de li quel fu col fra ce";
/// Words that have a weak one.
const WEAK: &str = "una della sono come dei alla anche delle questo era questa hanno suo loro perché sia sua dalla degli
    alle senza ogni mio mia sulla sei quella noi questi lui siamo contro mentre abbiamo suoi aveva dalle sarà tuo dello
    queste sarebbe nostro agli oltre alcuni nessuno tua verso lei sui nostra quelle sue sulle vuole allo miei pure alcune
    avrebbe nostri saranno buon dagli avevo avete siete cioè ero neanche tuoi nessun mie nostre nessuna vostro avrei
    furono dallo fossero alcun vostra vuol avrà tue sugli sarebbero egli coi essa alcuna essi sullo ebbe sarei vostri";
/// Words in which a double z, or one behind another consonant, has a voice.
const VOICED_Z: &[&str] = &[
    "mezz", "azzurr", "barz", "pranz", "romanz", "bronz", "garz", "rozz", "razzo", "aziend", "dozz", "organizz", "analizz",
    "ozon",
];
/// Words in "izz" in which it has none.
const VOICELESS_IZZ: &[&str] = &["pizz", "svizz", "indirizz", "schizz", "stizz"];
/// Words with a closed e or o where others have an open one.
const CLOSED: &str = "quello quella quelli quelle questo questa questi queste capelli capello mento dentro mentre entro
    venti trenta vero vera veri vere sera sere nero nera neri nere mese mesi nome nomi come dove ora allora ancora
    della nella dello nello sulla dalla delle nelle davvero stasera ovvero almeno appena nemmeno invece sembra sembrano spero inoltre oltre
    risposta agosto giovane giovani prodotto prodotti pena corte fossero fosse mostra mostrano voto voti pollo scorso
    nascosto pepe ricetta bolle orologio po noi voi quei del nel bel economico economica economiche dovresti molto molta molti molte sotto posto posta posti conto mondo secondo giorno solo sola soli sole voce croce
    volo corso forse bosco rosso rossa rossi rosse tondo stesso stessa stessi stesse freddo fredda verde verdi lettera
    lettere metto mette mettere sempre spesso spessa legge seno pieno piena meno vendere credere penna
    stella stelle semplice vedo vede vedi neve tre rete sete segno legno degno ottimo ottima scelta scelto vendita zone livello proposta propone dolce colpo londra cena venne piedi piena pieni piene bere bevo vetro messo messa essa esso
    domenica dopo ogni nostro posto sopra doppio molto vivono possono sono cento compro bocca bottiglia pesce
    pomeriggio lista entra entrano cerca cerco fermo ferma tetto stretto maestra detto detta detti dette";
/// And the other way round.
const OPEN: &str = "cosa cose casa no so poco posso cento bene letto aspetto effetto rispetto oggetto progetto progetti perfetto effetti oggetti diretta diretto
    bello bella belli belle sei lei prezzo mezzo mezza oro nove nono nostro vostro nostra vostra oggi notte otto sette
    festa testa presto resto però ciò parola parole storia gloria memoria rosa uomo zona persona modo scuola
    dieci piedi niente tempo centro vento treno tema estremo chiesa eccolo ecco aperto certo credito medico secolo
    commedia genere posta costa costo volta volte molla porta forte morte corpo sport soldi dottore poi vuoi puoi suoi
    tuoi può fuoco luogo nuovo idea museo corea breve neve leggo aereo euro lento sorella sorelle ella sella fratello fratelli castello modello cervello appello
    colpa loro lavoro prendere perdere leggere essere conoscere mese mesi termine termini matrimonio territorio media vecchia vecchio maestro colore colori storie aspetti concetto medici prezzi pezzo pezzi devo devi deve credo crede
    propone metodo vittoria gloria peggio meglio soldi";

const WEAK_MARK: &str = "ˌ";

fn is_one_of(word: &str, list: &str) -> bool {
    list.split_whitespace().any(|one| one == word)
}

impl Spelling for Italian {
    fn clause(words: &[String]) -> Vec<String> {
        let last = words.len().saturating_sub(1);
        let said = words.iter().enumerate().map(|(n, word)| {
            // "l'acqua": the article is no syllable.
            let own = word.rsplit('\'').next().unwrap_or(word);
            let mark = match own {
                _ if n == last => "ˈ",
                own if is_one_of(own, UNSTRESSED) => "",
                own if is_one_of(own, WEAK) => WEAK_MARK,
                _ => "ˈ",
            };
            phonemes(word, own, mark)
        });
        said.collect()
    }

    fn is_letter(letter: char) -> bool {
        matches!(letter, 'a'..='z' | 'à' | 'è' | 'é' | 'ì' | 'ò' | 'ó' | 'ù' | '\'')
    }

    fn letter_name(letter: char) -> &'static str {
        match letter {
            'a' | 'à' => "a",
            'b' => "bi",
            'c' => "ci",
            'd' => "di",
            'e' | 'è' | 'é' => "e",
            'f' => "effe",
            'g' => "gi",
            'h' => "acca",
            'i' | 'ì' => "i",
            'j' => "i lunga",
            'k' => "cappa",
            'l' => "elle",
            'm' => "emme",
            'n' => "enne",
            'o' | 'ò' | 'ó' => "o",
            'p' => "pi",
            'q' => "cu",
            'r' => "erre",
            's' => "esse",
            't' => "ti",
            'u' | 'ù' => "u",
            'v' => "vu",
            'w' => "doppia vu",
            'x' => "ics",
            'y' => "ipsilon",
            'z' => "zeta",
            _ => "",
        }
    }

    fn number(number: u64) -> String {
        cardinal(number)
    }
}

/// A sound of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sound {
    /// A consonant of one sign or two.
    Consonant(&'static str),
    /// The vowel of a syllable, and its accent.
    Vowel(char, bool),
    /// A vowel that leans on the next one, or on the one before it.
    Glide(char),
}

/// The word `word`, of which `own` is not elided, with a stress of the given mark.
fn phonemes(word: &str, own: &str, mark: &str) -> String {
    let letters: Vec<char> = word.chars().filter(|c| *c != '\'').collect();
    let sounds = sounds(&letters, own);
    let vowels: Vec<usize> = (0..sounds.len())
        .filter(|n| matches!(sounds[*n], Sound::Vowel(..)))
        .collect();
    let accented = vowels.iter().position(|n| matches!(sounds[*n], Sound::Vowel(_, true)));
    // "vorrei", "ormai"
    let ends_in_two = matches!(sounds.last(), Some(Sound::Glide(_)));
    let stressed = accented.unwrap_or_else(|| match ends_in_two {
        true => vowels.len().saturating_sub(1),
        false => stress::stressed(own, vowels.len()),
    });
    let stressed = vowels.get(stressed).copied();
    let mut phonemes = String::new();
    for (n, sound) in sounds.iter().enumerate() {
        match *sound {
            Sound::Consonant(consonant) => {
                let is_tapped = consonant == "r" && is_tapped(&sounds, n, stressed);
                phonemes.push_str(if is_tapped { "ɾ" } else { consonant });
            }
            Sound::Glide(glide) => phonemes.push(glide),
            Sound::Vowel(vowel, accent) if Some(n) == stressed && !mark.is_empty() => {
                phonemes.push_str(mark);
                let before = sounds.get(n.wrapping_sub(1)).copied();
                let vowel = quality(vowel, accent, own, before, &sounds[n + 1..]);
                phonemes.push(if vowel == 'u' && mark == WEAK_MARK { 'ʊ' } else { vowel });
            }
            Sound::Vowel(vowel, _) => phonemes.push(weak(vowel, n + 1 == sounds.len(), sounds.len() == 1)),
        }
    }
    phonemes
}

/// Whether an r is short: between two a, or before a stressed open vowel.
fn is_tapped(sounds: &[Sound], at: usize, stressed: Option<usize>) -> bool {
    let vowel = |n: usize| match sounds.get(n) {
        Some(Sound::Vowel(vowel, _)) => Some(*vowel),
        _ => None,
    };
    match (vowel(at.wrapping_sub(1)), vowel(at + 1)) {
        (Some('a'), Some('a' | 'à' | 'ò')) | (Some('e'), Some('à' | 'ò')) => true,
        (Some('a'), Some('o')) => stressed == Some(at + 1),
        _ => false,
    }
}

/// A vowel without stress.
fn weak(vowel: char, is_last: bool, is_only: bool) -> char {
    match vowel {
        'i' if is_last && !is_only => 'ɪ',
        'ì' if is_last => 'ɪ',
        'u' | 'ù' => 'ʊ',
        vowel => plain(vowel),
    }
}

fn plain(vowel: char) -> char {
    match vowel {
        'à' => 'a',
        'è' | 'é' => 'e',
        'ì' => 'i',
        'ò' | 'ó' => 'o',
        'ù' => 'u',
        other => other,
    }
}

/// Whether a stressed e or o is open, by what stands beside it.
fn quality(vowel: char, accent: bool, word: &str, before: Option<Sound>, after: &[Sound]) -> char {
    let open = match vowel {
        'è' | 'ò' => true,
        'é' | 'ó' => false,
        _ if accent => false,
        _ if is_one_of(word, OPEN) => true,
        _ if is_one_of(word, CLOSED) => false,
        'e' => is_open_e(word, before, after),
        'o' => is_open_o(word, before, after),
        _ => false,
    };
    match (plain(vowel), open) {
        ('e', true) => 'ɛ',
        ('o', true) => 'ɔ',
        (vowel, _) => vowel,
    }
}

/// The consonants between this vowel and the next, as they sound, and how many vowels follow.
fn coda(after: &[Sound]) -> (String, usize) {
    let consonants = after.iter().map_while(|sound| match sound {
        Sound::Consonant(consonant) => Some(*consonant),
        _ => None,
    });
    let vowels = after.iter().filter(|sound| matches!(sound, Sound::Vowel(..)));
    (consonants.collect(), vowels.count())
}

fn is_open_e(word: &str, before: Option<Sound>, after: &[Sound]) -> bool {
    if matches!(before, Some(Sound::Glide('j' | 'i'))) {
        return true;
    }
    let closed_endings = [
        "mento", "menti", "mente", "evano", "evole", "evoli", "ebbero", "esse", "essero", "essi", "ezza",
        "eza", "ese", "esi", "esa", "eso", "etta", "ette", "eto", "eta", "eti", "ete", "essa", "este", "ettere",
        "edere", "ella", "elle", "ello",
    ];
    if closed_endings.iter().any(|end| word.ends_with(end)) {
        return false;
    }
    let (coda, vowels) = coda(after);
    match coda.as_str() {
        "" if after.is_empty() => false,
        "v" if vowels == 1 => true,
        "r" if vowels == 1 && word.ends_with("ere") => false,
        "ɲɲ" | "ʦː" | "sk" | "ʎ" | "t" | "ɡ" | "ntr" | "rm" | "ʃ" | "ŋɡ" | "z" | "ʤː" | "kː" | "rk" => false,
        "d" | "v" | "tː" => vowels == 1 && coda == "v",
        _ => true,
    }
}

fn is_open_o(word: &str, before: Option<Sound>, after: &[Sound]) -> bool {
    if matches!(before, Some(Sound::Glide('w' | 'ʊ'))) {
        return true;
    }
    let (coda, vowels) = coda(after);
    match coda.as_str() {
        "n" | "r" | "m" | "z" if vowels >= 2 => true,
        "r" if word.ends_with("oro") || after.len() >= 4 => true,
        "n" | "r" | "m" | "mm" | "nt" | "nd" | "rs" | "rn" | "rm" | "ɲɲ" | "ʧ" | "ntr" | "sk" | "ʎ" | "mp" | "mb" => false,
        "z" => false,
        "" if after.is_empty() => false,
        _ => true,
    }
}

/// The sounds that letters stand for. `own`: the word without an article before it.
fn sounds(letters: &[char], own: &str) -> Vec<Sound> {
    let (mut sounds, mut at) = (Vec::with_capacity(letters.len()), 0);
    while at < letters.len() {
        if is_vowel(letters[at]) {
            sounds.push(vowel(letters, at, own));
            at += 1;
            continue;
        }
        let (said, length) = consonant(letters, at, own);
        if !said.is_empty() {
            sounds.push(Sound::Consonant(said));
        }
        at += length;
    }
    sounds
}

fn is_vowel(c: char) -> bool {
    matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'y' | 'à' | 'è' | 'é' | 'ì' | 'ò' | 'ó' | 'ù')
}

fn is_front(c: char) -> bool {
    matches!(c, 'e' | 'i' | 'è' | 'é' | 'ì' | 'y')
}

/// A vowel letter: whether it is a syllable.
fn vowel(letters: &[char], at: usize, own: &str) -> Sound {
    let letter = |n: usize| letters.get(n).copied().unwrap_or(' ');
    let (here, next) = (letters[at], letter(at + 1));
    let before = if at == 0 { ' ' } else { letter(at - 1) };
    let accent = matches!(here, 'à' | 'è' | 'é' | 'ì' | 'ò' | 'ó' | 'ù');
    let here = if here == 'y' { 'i' } else { here };
    let others = letters.iter().filter(|c| is_vowel(**c)).count();
    if matches!(here, 'i' | 'u') && is_vowel(next) {
        let is_final = at + 2 == letters.len() && next != 'à' && next != 'ò' && next != 'ù';
        let is_stressed = is_final && (others == 2 && before != 'q' && before != 'g' || here == 'i' && stress::has_stressed_i(own));
        return match here {
            _ if is_stressed => Sound::Vowel(here, false),
            'i' if is_final && before == 'z' && next == 'e' => Sound::Glide('j'),
            'i' if is_final => Sound::Glide('i'),
            'i' if letters[at..].starts_with(&['i', 'o', 'n']) && matches!(before, 'z' | 's') => Sound::Glide('i'),
            // "riunire"
            'i' if before == 'r' && at == 1 => Sound::Vowel('i', false),
            'i' if matches!(before, 'l' | 'r') && at >= 2 => Sound::Glide('i'),
            'i' => Sound::Glide('j'),
            _ if matches!(before, 'q' | 'g' | ' ') || own == "buon" || before == 'c' && next != 'o' => Sound::Glide('w'),
            _ if is_final => Sound::Glide('u'),
            _ => Sound::Glide('ʊ'),
        };
    }
    // "mai", "causa"
    let after_vowel = is_vowel(before) && !(at >= 2 && matches!(before, 'i' | 'u'));
    let leans_back = match here {
        'i' => after_vowel && at + 1 == letters.len(),
        'u' => after_vowel && matches!(before, 'a' | 'e'),
        _ => false,
    };
    match here {
        'i' if leans_back && before == 'a' => Sound::Glide('j'),
        'i' if leans_back => Sound::Glide('i'),
        'u' if leans_back => Sound::Glide('ʊ'),
        _ => Sound::Vowel(here, accent),
    }
}

/// The consonants that are written at a place, and how many letters write them.
fn consonant(letters: &[char], at: usize, own: &str) -> (&'static str, usize) {
    let letter = |n: usize| letters.get(n).copied().unwrap_or(' ');
    let (here, next, after) = (letters[at], letter(at + 1), letter(at + 2));
    let doubled = here == next;
    // An i that only says how a consonant sounds: "ciao".
    let mute_i = |n: usize| usize::from(letter(n) == 'i' && is_vowel(letter(n + 1)) && !is_stressed_i(letters, n, own));
    match here {
        'b' if doubled => ("bː", 2),
        'b' => ("b", 1),
        'c' if doubled && after == 'h' => ("kː", 3),
        'c' if doubled && is_front(after) => ("ʧː", 2 + mute_i(at + 2)),
        'c' if doubled || next == 'q' => ("kː", 2),
        'c' if next == 'h' => ("k", 2),
        'c' if is_front(next) => ("ʧ", 1 + mute_i(at + 1)),
        'd' if doubled => ("dː", 2),
        'd' => ("d", 1),
        'f' if doubled => ("ff", 2),
        'f' => ("f", 1),
        'g' if doubled && after == 'h' => ("ɡː", 3),
        'g' if doubled && is_front(after) => ("ʤː", 2 + mute_i(at + 2)),
        'g' if doubled => ("ɡː", 2),
        'g' if next == 'h' => ("ɡ", 2),
        'g' if next == 'n' => (gn(letters, at), 2),
        'g' if next == 'l' && after == 'i' => ("ʎ", 2 + mute_i(at + 2)),
        'g' if is_front(next) => ("ʤ", 1 + mute_i(at + 1)),
        'g' => ("ɡ", 1),
        'j' => ("j", 1),
        'l' if doubled => ("ll", 2),
        'l' => ("l", 1),
        'm' if doubled => ("mm", 2),
        'm' => ("m", 1),
        'n' if doubled => ("nn", 2),
        'n' if next == 'g' && !is_front(after) && after != 'n' => ("ŋ", 1),
        'n' => ("n", 1),
        'p' if doubled => ("pː", 2),
        'p' if next == 'h' => ("f", 2),
        'p' => ("p", 1),
        'c' | 'k' | 'q' => ("k", 1 + usize::from(doubled)),
        'r' if doubled => ("rɾ", 2),
        'r' => ("r", 1),
        's' if next == 'c' && is_front(after) => ("ʃ", 2 + mute_i(at + 2)),
        's' if next == 'h' => ("ʃ", 2),
        's' if doubled => ("S", 2),
        's' if matches!(next, 'b' | 'd' | 'g' | 'l' | 'm' | 'n' | 'r' | 'v') => ("z", 1),
        's' if at > 0 && is_vowel(letters[at - 1]) && is_vowel(next) => ("z", 1),
        's' => ("s", 1),
        't' if doubled => ("tː", 2),
        't' => ("t", 1),
        'v' if doubled => ("vv", 2),
        'v' | 'w' => ("v", 1),
        'x' => ("ks", 1),
        'z' => z(at == 0, doubled, &letters.iter().collect::<String>()),
        // A silent h.
        _ => ("", 1),
    }
}

/// It is long behind the stress, which is most often on the last syllable but one.
fn gn(letters: &[char], at: usize) -> &'static str {
    let vowels_after = letters[at..].iter().filter(|c| is_vowel(**c)).count();
    if at > 0 && vowels_after == 1 { "ɲɲ" } else { "ɲ" }
}

fn z(is_first: bool, doubled: bool, word: &str) -> (&'static str, usize) {
    let has = |parts: &[&str]| parts.iter().any(|part| word.contains(part));
    let voiced = is_first || has(VOICED_Z) || doubled && word.contains("izz") && !has(VOICELESS_IZZ);
    match (voiced, doubled) {
        (true, true) => ("ʣː", 2),
        (true, false) => ("ʣ", 1),
        (false, true) => ("ʦː", 2),
        (false, false) => ("ʦ", 1),
    }
}

fn is_stressed_i(letters: &[char], at: usize, own: &str) -> bool {
    at + 2 == letters.len() && stress::has_stressed_i(own)
}

//! Whether a stressed e or o is open, which the spelling says for the last syllable alone.

use super::sounds::Sound;
use super::{is_one_of, plain};

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

/// Whether a stressed e or o is open, by what stands beside it.
pub(super) fn quality(
    vowel: char,
    accent: bool,
    word: &str,
    before: Option<Sound>,
    after: &[Sound],
) -> char {
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
    let vowels = after
        .iter()
        .filter(|sound| matches!(sound, Sound::Vowel(..)));
    (consonants.collect(), vowels.count())
}

fn is_open_e(word: &str, before: Option<Sound>, after: &[Sound]) -> bool {
    if matches!(before, Some(Sound::Glide('j' | 'i'))) {
        return true;
    }
    let closed_endings = [
        "mento", "menti", "mente", "evano", "evole", "evoli", "ebbero", "esse", "essero", "essi",
        "ezza", "eza", "ese", "esi", "esa", "eso", "etta", "ette", "eto", "eta", "eti", "ete",
        "essa", "este", "ettere", "edere", "ella", "elle", "ello",
    ];
    if closed_endings.iter().any(|end| word.ends_with(end)) {
        return false;
    }
    let (coda, vowels) = coda(after);
    match coda.as_str() {
        "" if after.is_empty() => false,
        "v" if vowels == 1 => true,
        "r" if vowels == 1 && word.ends_with("ere") => false,
        "ɲɲ" | "ʦː" | "sk" | "ʎ" | "t" | "ɡ" | "ntr" | "rm" | "ʃ" | "ŋɡ" | "z" | "ʤː" | "kː"
        | "rk" => false,
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
        "n" | "r" | "m" | "mm" | "nt" | "nd" | "rs" | "rn" | "rm" | "ɲɲ" | "ʧ" | "ntr" | "sk"
        | "ʎ" | "mp" | "mb" => false,
        "z" => false,
        "" if after.is_empty() => false,
        _ => true,
    }
}

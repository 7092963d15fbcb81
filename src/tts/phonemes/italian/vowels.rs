//! Whether a stressed e or o is open, which the spelling says for the last syllable alone.

use super::sounds::Sound;
use super::{is_one_of, plain};

/// Words with a closed e or o where others have an open one.
const CLOSED: &str = "
agosto allora almeno ancora appena bel bere bevo bocca bolle bosco bottiglia capelli capello cena
cerca cerco colpo come compro conto corso corte credere croce dalla davvero degno del della delle
dello dentro detta dette detti detto dolce domenica dopo doppio dove dovresti economica economiche
economico entra entrano entro essa esso ferma fermo forse fosse fossero fredda freddo giorno giovane
giovani inoltre invece legge legno lettera lettere lista livello londra maestra meno mento mentre
messa messo mette mettere metto molta molte molti molto mondo mostra mostrano nascosto nel nella
nelle nello nemmeno nera nere neri nero noi nome nomi ogni oltre ora orologio ottima ottimo ovvero
pena penna pepe pesce piena piene pieni pieno po pollo pomeriggio possono posti posto prodotti
prodotto proposta quei quella quelle quelli quello questa queste questi questo rete ricetta risposta
rossa rosse rossi rosso scelta scelto scorso secondo segno sembra sembrano semplice sempre seno sera
sere sete sola sole soli solo sono sopra sotto spero spessa spesso stasera stella stelle stessa
stesse stessi stesso stretto sulla tetto tondo tre trenta vede vedi vedo vendere vendita venne venti
vera verde verdi vere veri vero vetro vivono voce voi volo voti voto zone
";
/// And the other way round.
const OPEN: &str = "
aereo aperto appello aspetti aspetto bella belle belli bello bene breve casa castello cento centro
certo cervello chiesa ciò colore colori colpa commedia concetto conoscere corea corpo cosa cose
costa costo crede credito credo deve devi devo dieci diretta diretto dottore ecco eccolo effetti
effetto ella essere estremo euro festa forte fratelli fratello fuoco genere gloria idea lavoro
leggere leggo lei lento letto loro luogo maestro matrimonio media medici medico meglio memoria mese
mesi metodo mezza mezzo modello modo molla morte museo neve niente no nono nostra nostro notte nove
nuovo oggetti oggetto oggi oro otto parola parole peggio perdere perfetto persona però pezzi pezzo
piedi poco poi porta posso posta prendere presto prezzi prezzo progetti progetto propone puoi può
resto rispetto rosa scuola secolo sei sella sette so soldi sorella sorelle sport storia storie suoi
tema tempo termine termini territorio testa treno tuoi uomo vecchia vecchio vento vittoria volta
volte vostra vostro vuoi zona
";

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

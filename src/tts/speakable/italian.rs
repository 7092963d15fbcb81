//! Italian: numbers, amounts, times and dates in words, so that each voice says them in the same way.

use super::Said;
use super::amounts::{self, Gender, Words};
use super::word::Context;
use crate::language::Language;

const WORDS: Words = Words {
    language: Language::Italian,
    cardinal,
    counting,
    ordinal,
    ordinal_endings: &[
        ("º", Gender::Masculine, false),
        ("ª", Gender::Feminine, false),
    ],
    roman,
    reigning: REIGNING,
    masculine: MASCULINE,
    feminine: FEMININE,
    point: "virgola",
    minus: "meno",
    percent: "per cento",
    from: "da",
    to: "a",
    no_from: "da dai dal dalle di dei del il lo la i gli le un una in nel nei per al a con ogni ai",
    between: "tra fra",
    and: "e",
    cents: "e",
    before_hours: "alle dalle le ore",
    articles: "il del dal al",
    articles_of_hours: &[],
    of: " ",
    first_day: "primo",
    of_many: "di",
    scales: &[
        ("milione", true),
        ("milioni", true),
        ("miliardo", true),
        ("miliardi", true),
        ("mila", false),
    ],
    short_scales: &[
        ("M", "milione", "milioni"),
        ("bn", "miliardo", "miliardi"),
        ("k", "mila", "mila"),
        ("K", "mila", "mila"),
    ],
    months: [
        "gennaio",
        "febbraio",
        "marzo",
        "aprile",
        "maggio",
        "giugno",
        "luglio",
        "agosto",
        "settembre",
        "ottobre",
        "novembre",
        "dicembre",
    ],
    second: ("secondo", "secondi"),
    half: ("mezzo", "mezza"),
    over: "su",
    signs: &[
        ("+", "più"),
        ("=", "uguale a"),
        ("×", "per"),
        ("÷", "diviso"),
        ("&", "e"),
    ],
    units: &[
        ("km", "chilometro", "chilometri"),
        ("m", "metro", "metri"),
        ("cm", "centimetro", "centimetri"),
        ("mm", "millimetro", "millimetri"),
        ("kg", "chilo", "chili"),
        ("g", "grammo", "grammi"),
        ("l", "litro", "litri"),
        ("ml", "millilitro", "millilitri"),
        ("km/h", "chilometro all'ora", "chilometri all'ora"),
        ("m²", "metro quadrato", "metri quadrati"),
        ("h", "ora", "ore"),
        ("min", "minuto", "minuti"),
        ("s", "secondo", "secondi"),
        ("°", "grado", "gradi"),
        ("º", "grado", "gradi"),
        ("°C", "grado", "gradi"),
        ("°F", "grado Fahrenheit", "gradi Fahrenheit"),
        ("ºC", "grado", "gradi"),
    ],
    money: &[
        ("€", "euro", "euro"),
        ("US$", "dollaro", "dollari"),
        ("$", "dollaro", "dollari"),
        ("£", "sterlina", "sterline"),
        ("¥", "yen", "yen"),
    ],
    abbreviations: &[
        ("Sig", "signor"),
        ("sig", "signor"),
        ("Sigra", "signora"),
        ("Dott", "dottor"),
        ("dott", "dottor"),
        ("Prof", "professor"),
        ("prof", "professor"),
        ("ecc", "eccetera"),
        ("pag", "pagina"),
        ("tel", "telefono"),
    ],
};

/// Says the word at hand, together with as many of the next as belong to it.
pub(super) fn say(context: &Context) -> Said {
    elided(context).unwrap_or_else(|| amounts::say(context, &WORDS))
}

/// A number behind an elided article: "l'80%", "all'1:30", "dell'XI secolo".
fn elided(context: &Context) -> Option<Said> {
    let (article, amount) = context.word().core.split_once('\'')?;
    let is_article = !article.is_empty() && article.chars().all(char::is_alphabetic);
    let is_number =
        amount.starts_with(|c: char| c.is_ascii_digit() || matches!(c, 'I' | 'V' | 'X'));
    if !is_article || !is_number {
        return None;
    }
    let said = amounts::part(context, amount, &WORDS)?;
    let is_bare = amount == "1" && said.words == 1;
    let spoken = match said.spoken.as_str() {
        "uno" if is_bare && is_hour(context, article) => "una".to_owned(),
        // No article loses its vowel before "primo" or the "da" of a range.
        spoken => match spoken.strip_prefix("primo") {
            Some(rest) => format!("uno{rest}"),
            None => spoken.trim_start_matches("da ").to_owned(),
        },
    };
    Some(Said {
        spoken: format!("{article}'{spoken}"),
        ..said
    })
}

/// Whether a bare 1 behind an article is an hour: "è l'1", "all'1 di notte", "dall'1 alle 3".
fn is_hour(context: &Context, article: &str) -> bool {
    let before = context.previous().map(|word| word.core);
    let next = context.next(1).map(|word| word.core);
    match article.to_lowercase().as_str() {
        "all" => true,
        "dall" => next == Some("alle"),
        "l" => matches!(before, Some("è" | "È" | "verso" | "dopo")),
        _ => false,
    }
}

fn ordinal(number: u64, gender: Gender, _: bool) -> Option<String> {
    const ORDINALS: [&str; 10] = [
        "primo", "secondo", "terzo", "quarto", "quinto", "sesto", "settimo", "ottavo", "nono",
        "decimo",
    ];
    let ordinal = match ORDINALS.get(number.checked_sub(1)? as usize) {
        Some(ordinal) => (*ordinal).to_owned(),
        // "undicesimo", "ventitreesimo"
        None => match cardinal(number) {
            words if words.ends_with('é') => {
                format!("{}eesimo", &words[..words.len() - 'é'.len_utf8()])
            }
            words if words.ends_with("sei") => format!("{words}esimo"),
            words => format!("{}esimo", &words[..words.len() - 1]),
        },
    };
    Some(match gender {
        Gender::Feminine => format!("{}a", &ordinal[..ordinal.len() - 1]),
        Gender::Masculine => ordinal,
    })
}

/// Units and the commonest nouns that are counted, by their gender.
const MASCULINE: &str = "
anno anni mese mesi giorno giorni minuto minuti secondo secondi millisecondo millisecondi secolo secoli
trimestre trimestri semestre semestri weekend euro dollaro dollari peso pesos centesimo centesimi yen
milione milioni miliardo miliardi metro metri chilometro chilometri centimetro centimetri millimetro
millimetri chilo chili chilogrammo chilogrammi grammo grammi etto etti litro litri millilitro millilitri
grado gradi watt chilowatt byte megabyte gigabyte punto punti uomo uomini bambino bambini figlio figli
fratello fratelli amico amici ragazzo ragazzi padre padri alunno alunni studente studenti utente utenti
abitante abitanti giocatore giocatori paese paesi libro libri treno treni cane cani gatto gatti uovo
bicchiere bicchieri piatto piatti passo passi problema problemi programma programmi tema temi sistema sistemi
pianeta pianeti poema poemi piano piani capitolo capitoli articolo articoli corso corsi posto posti esempio
esempi tipo tipi gruppo gruppi elemento elementi messaggio messaggi file prodotto prodotti risultato
risultati dente denti occhio occhi dito colore colori numero numeri compleanno anniversario congresso millennio millenni gol
voto voti caso casi albero alberi zaino zaini specchio specchi spicchio spicchi cucchiaio cucchiai
cucchiaino cucchiaini reggimento
";
const FEMININE: &str = "
ora ore settimana settimane notte notti mattina mattine sera sere giornata giornate volta volte sterlina
sterline lira lire corona corone tonnellata tonnellate oncia once iarda iarde caloria calorie persona persone
donna donne bambina bambine figlia figlie sorella sorelle amica amiche ragazza ragazze madre madri alunna
alunne studentessa studentesse famiglia famiglie città casa case tavola tavole sedia sedie cosa cose classe
classi pagina pagine parola parole lettera lettere tazza tazze bottiglia bottiglie mela mele arancia arance
cipolla cipolle patata patate mano mani foto moto radio canzone canzoni opzione opzioni stanza stanze
stazione stazioni edizione edizioni riunione riunioni sveglia sveglie domanda domande risposta risposte
chiamata chiamate linea linee parte parti porta porte finestra finestre azienda aziende scuola scuole isola
isole repubblica sezione specie guerra guerre copia copie pellicola ricetta ricette stella stelle luna lune unità pastiglia
pastiglie legislatura legislature macchina macchine attività auto notifica notifiche uova dita
";
/// Names before the number of a king or a pope, and "secolo".
const REIGNING: &str = "
secolo Secolo Carlo Filippo Ferdinando Alfonso Giovanni Paolo Benedetto Pio Leone Luigi Enrico Giorgio
Guglielmo Elisabetta Caterina Maria Riccardo Edoardo Pietro Alessandro Napoleone Nicola Francesco Gregorio
Clemente Innocenzo Urbano Anna Vittorio Emanuele Umberto Federico Giacomo
";
/// Names of women that do not end in "a", and of men that do.
const WOMEN: &str = "Beatrice Isabel Irene Adelaide Matilde";
const MEN: &str = "Andrea Luca Nicola Mattia Elia Tobia Papa";
/// Words before a Roman number that is no ordinal.
const NO_ORDINALS: &str = "tipo livello versione fase Tipo Livello Versione Fase";

/// "diciannovesimo secolo", "Elisabetta seconda": by the noun behind it, else by the word before it.
fn roman(number: u64, before: Option<&str>, next: Option<&str>) -> String {
    let listed = |list: &str| before.is_some_and(|before| amounts::is_listed(before, list));
    let noun = next.and_then(|next| amounts::gender(next, &WORDS));
    // "parte seconda"
    let noun = noun.or_else(|| amounts::gender(before?, &WORDS));
    let gender = match (noun, before) {
        _ if listed(NO_ORDINALS) => return cardinal(number),
        (Some(gender), _) => gender,
        (None, Some(name)) if name.ends_with('a') && !listed(MEN) || listed(WOMEN) => {
            Gender::Feminine
        }
        _ => Gender::Masculine,
    };
    ordinal(number, gender, false).unwrap_or_else(|| cardinal(number))
}

/// "un giorno", "uno zaino", "un'ora", "una persona"
fn counting(number: u64, gender: Gender, noun: &str) -> String {
    let letters: Vec<char> = noun.chars().take(2).flat_map(char::to_lowercase).collect();
    let is_vowel = |c: &char| "aeiouàèéìòù".contains(*c);
    let is_hard = match letters[..] {
        ['z' | 'x' | 'y', ..] | ['g', 'n'] | ['p', 's' | 'n'] => true,
        ['s', second] => !is_vowel(&second),
        _ => false,
    };
    match (number, gender) {
        (1, Gender::Feminine) if letters.first().is_some_and(is_vowel) => "un'".to_owned(),
        (1, Gender::Feminine) => "una".to_owned(),
        (1, Gender::Masculine) if is_hard || noun.is_empty() => "uno".to_owned(),
        (1, Gender::Masculine) => "un".to_owned(),
        _ => cardinal(number),
    }
}

/// Numbers below twenty have words of their own.
const SMALL: [&str; 20] = [
    "zero",
    "uno",
    "due",
    "tre",
    "quattro",
    "cinque",
    "sei",
    "sette",
    "otto",
    "nove",
    "dieci",
    "undici",
    "dodici",
    "tredici",
    "quattordici",
    "quindici",
    "sedici",
    "diciassette",
    "diciotto",
    "diciannove",
];
const TENS: [&str; 10] = [
    "",
    "",
    "venti",
    "trenta",
    "quaranta",
    "cinquanta",
    "sessanta",
    "settanta",
    "ottanta",
    "novanta",
];

/// A number in words, up to a billion (10¹²); larger ones digit by digit.
pub(in crate::tts) fn cardinal(number: u64) -> String {
    match number {
        0..1_000_000 => below_a_million(number),
        1_000_000..1_000_000_000 => large(number, 1_000_000, "un milione", "milioni"),
        1_000_000_000..1_000_000_000_000 => large(number, 1_000_000_000, "un miliardo", "miliardi"),
        _ => super::amounts::digit_by_digit(number, cardinal),
    }
}

fn large(number: u64, unit: u64, one: &str, many: &str) -> String {
    let count = match number / unit {
        1 => one.to_owned(),
        count => format!("{} {many}", cardinal(count)),
    };
    match number % unit {
        0 => count,
        rest => format!("{count} {}", cardinal(rest)),
    }
}

/// As one word: "duecentotrentuno".
fn below_a_million(number: u64) -> String {
    let rest = |rest: u64| match rest {
        0 => String::new(),
        3 => "tré".to_owned(),
        rest => below_a_million(rest),
    };
    match number {
        0..20 => SMALL[number as usize].to_owned(),
        20..100 => {
            let tens = TENS[(number / 10) as usize];
            // "ventuno", "ventotto"
            let tens = match number % 10 {
                1 | 8 => &tens[..tens.len() - 1],
                _ => tens,
            };
            format!("{tens}{}", rest(number % 10))
        }
        100..1000 => {
            let count = match number / 100 {
                1 => String::new(),
                count => below_a_million(count),
            };
            format!("{count}cento{}", rest(number % 100))
        }
        _ => {
            let thousands = match number / 1000 {
                1 => "mille".to_owned(),
                count => format!("{}mila", below_a_million(count).replace('é', "e")),
            };
            format!("{thousands}{}", rest(number % 1000))
        }
    }
}

//! The tools in the languages other than English: what they understand, and what they say.

use super::*;

/// A tool, its arguments, and what it says.
type Said<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str);

/// One call after the other on one toolbox of a language.
fn conversation_in(language: Language, calls: &[Said]) {
    let mut toolbox = Toolbox::open(None, language, 7).unwrap();
    for (name, given, expected) in calls {
        assert_eq!(
            said(&mut toolbox, name, given),
            *expected,
            "{language}: {name} {given:?}"
        );
    }
}

#[test]
fn the_tools_answer_in_german() {
    conversation_in(
        Language::German,
        &[
            ("get_time", &[], "Es ist 14 Uhr 15."),
            (
                "get_date",
                &[],
                "Heute ist Samstag, der achtundzwanzigste November 2026.",
            ),
            (
                "days_until",
                &[("day", "weihnachten")],
                "Es sind noch 27 Tage: Freitag, der fünfundzwanzigste Dezember 2026.",
            ),
            ("list_timers", &[], "Es läuft kein Timer."),
            (
                "set_timer",
                &[("duration", "fuenf minuten")],
                "Der Timer ist auf 5 Minuten gestellt.",
            ),
            (
                "time_left",
                &[],
                "Der Timer auf 5 Minuten läuft noch 5 Minuten.",
            ),
            (
                "add_time",
                &[("duration", "eine Minute")],
                "Der Timer auf 5 Minuten läuft jetzt noch 6 Minuten.",
            ),
            (
                "cancel_timer",
                &[],
                "Ich habe den Timer auf 5 Minuten gelöscht.",
            ),
            (
                "set_timer",
                &[("duration", "eine Stunde"), ("label", "die Pizza")],
                "Der Timer für Pizza ist auf eine Stunde gestellt.",
            ),
            (
                "set_alarm",
                &[("time", "morgen um halb sieben")],
                "Der Wecker klingelt morgen um 6 Uhr 30.",
            ),
            (
                "set_reminder",
                &[("time", "um 18 Uhr"), ("text", "Mama anzurufen")],
                "Ich erinnere dich heute um 18 Uhr: Mama anzurufen.",
            ),
            (
                "set_alarm",
                &[("time", "jeden Tag um sieben")],
                "Der Wecker klingelt jeden Tag um 7 Uhr.",
            ),
            (
                "calculate",
                &[("expression", "zwoelf multipliziert siebzehn")],
                "Das ist 204.",
            ),
            (
                "calculate",
                &[("expression", "zehn durch drei")],
                "Das ist ungefähr 3,3333.",
            ),
            (
                "remember",
                &[("fact", "dass ich Tee mag")],
                "Ich merke mir, bis dieses Programm endet: dass ich Tee mag.",
            ),
            ("set_name", &[("name", "Anna")], "Ich nenne dich Anna."),
            ("get_name", &[], "Du heißt Anna."),
            (
                "add_to_list",
                &[("item", "Milch und Brot"), ("list", "einkaufsliste")],
                "Auf der Einkaufsliste steht jetzt Milch und Brot.",
            ),
            (
                "remove_from_list",
                &[("item", "die Milch"), ("list", "liste")],
                "Gestrichen von der Einkaufsliste: Milch.",
            ),
            ("read_list", &[], "Auf der Einkaufsliste steht: Brot."),
            ("spell", &[("word", "Tee")], "T, E, E."),
            (
                "volume",
                &[("percent", "50 prozent")],
                "SetVolume(50) Die Lautstärke liegt bei 50 Prozent.",
            ),
            ("speak_slower", &[], "Slower Ich spreche langsamer."),
            (
                "set_timer",
                &[],
                "! Sag mir bitte, wie lange der Timer laufen soll.",
            ),
            (
                "set_timer",
                &[("duration", "five minutes")],
                "! Ich habe nicht verstanden, wie lange der Timer laufen soll.",
            ),
            (
                "convert",
                &[("amount", "zehn"), ("from", "meilen"), ("to", "kilometer")],
                "10 Meilen sind ungefähr 16,09 Kilometer.",
            ),
            (
                "lookup",
                &[("what", "capital"), ("of", "France")],
                "! Das kann ich auf Deutsch noch nicht, nur auf Englisch.",
            ),
        ],
    );
}

#[test]
fn the_tools_answer_in_spanish() {
    conversation_in(
        Language::Spanish,
        &[
            ("get_time", &[], "Son las 2 y cuarto de la tarde."),
            ("get_date", &[], "Hoy es sábado, 28 de noviembre de 2026."),
            (
                "set_timer",
                &[("duration", "una hora y media")],
                "El temporizador está puesto: una hora y 30 minutos.",
            ),
            (
                "cancel_timer",
                &[],
                "He quitado el temporizador de una hora y 30 minutos.",
            ),
            (
                "set_alarm",
                &[("time", "mañana a la una y cuarto de la tarde")],
                "La alarma sonará mañana a la una y cuarto de la tarde.",
            ),
            (
                "set_reminder",
                &[("time", "a las seis"), ("text", "que compre leche")],
                "Te lo recordaré hoy a las 6 de la tarde: compre leche.",
            ),
            (
                "calculate",
                &[("expression", "15 por ciento de 80")],
                "El resultado es 12.",
            ),
            (
                "add_to_list",
                &[("item", "pan y queso"), ("list", "lista de la compra")],
                "He añadido a la lista de la compra: pan y queso.",
            ),
            (
                "set_timer",
                &[],
                "! Dime, por favor, cuánto tiempo debe durar el temporizador.",
            ),
        ],
    );
}

#[test]
fn the_tools_answer_in_french() {
    conversation_in(
        Language::French,
        &[
            ("get_time", &[], "Il est 14 heures 15."),
            ("get_date", &[], "Nous sommes le samedi 28 novembre 2026."),
            (
                "set_timer",
                &[("duration", "quatre vingt dix secondes")],
                "Le minuteur est réglé sur une minute et 30 secondes.",
            ),
            (
                "cancel_timer",
                &[],
                "J'ai supprimé le minuteur réglé sur une minute et 30 secondes.",
            ),
            (
                "set_alarm",
                &[("time", "demain à une heure")],
                "Le réveil sonnera demain à 13 heures.",
            ),
            (
                "set_reminder",
                &[
                    ("time", "a six heures du soir"),
                    ("text", "d'appeler maman"),
                ],
                "Je te le rappellerai aujourd'hui à 18 heures : appeler maman.",
            ),
            (
                "calculate",
                &[("expression", "soixante dix sept plus vingt et un")],
                "Ça fait 98.",
            ),
            (
                "add_to_list",
                &[
                    ("item", "du pain et des œufs"),
                    ("list", "liste de courses"),
                ],
                "J'ai ajouté à la liste de courses : du pain et des œufs.",
            ),
            (
                "set_timer",
                &[],
                "! Dis-moi combien de temps le minuteur doit durer, s'il te plaît.",
            ),
        ],
    );
}

#[test]
fn the_tools_answer_in_italian() {
    conversation_in(
        Language::Italian,
        &[
            ("get_time", &[], "Sono le 14 e 15."),
            ("get_date", &[], "Oggi è sabato 28 novembre 2026."),
            (
                "set_timer",
                &[("duration", "mezz ora")],
                "Il timer è impostato: 30 minuti.",
            ),
            ("cancel_timer", &[], "Ho tolto il timer di 30 minuti."),
            (
                "set_alarm",
                &[("time", "domani alle sei e mezza")],
                "La sveglia suonerà domani alle 6 e 30.",
            ),
            (
                "set_reminder",
                &[("time", "a mezzanotte"), ("text", "di dormire")],
                "Te lo ricorderò domani a mezzanotte: dormire.",
            ),
            (
                "calculate",
                &[("expression", "cento diviso otto")],
                "Fa 12,5.",
            ),
            (
                "add_to_list",
                &[("item", "pane e vino"), ("list", "lista della spesa")],
                "Ho aggiunto alla lista della spesa: pane e vino.",
            ),
            (
                "set_timer",
                &[],
                "! Dimmi quanto deve durare il timer, per favore.",
            ),
        ],
    );
}

#[test]
fn the_tools_answer_in_chinese() {
    conversation_in(
        Language::Chinese,
        &[
            (
                "convert",
                &[("amount", "十"), ("from", "英 里"), ("to", "公 里")],
                "10英里等于大约16.09公里。",
            ),
            ("get_time", &[], "现在是下午2点15分。"),
            ("get_date", &[], "今天是2026年11月28日，星期六。"),
            (
                "set_timer",
                &[("duration", "一 个 半 小 时")],
                "定时器设好了：一个小时30分钟。",
            ),
            ("cancel_timer", &[], "已经取消了一个小时30分钟的定时器。"),
            (
                "set_alarm",
                &[("time", "明 天 早 上 六 点 半")],
                "闹钟设好了：明天早上6点半。",
            ),
            (
                "set_reminder",
                &[("time", "晚上八点"), ("text", "吃药")],
                "我会提醒你，今天晚上8点：吃药。",
            ),
            ("calculate", &[("expression", "十 二 乘 以 七")], "等于84。"),
            (
                "add_to_list",
                &[("item", "牛奶和面包"), ("list", "购 物 清 单")],
                "已经加到购物清单里：牛奶和面包。",
            ),
            ("set_timer", &[], "! 请告诉我定时器要多长时间。"),
        ],
    );
}

#[test]
fn what_rings_is_said_in_the_language_of_the_moment() {
    let mut toolbox = toolbox();
    said(&mut toolbox, "set_timer", &[("duration", "5 minutes")]);
    toolbox.speak(Language::German);
    let rings = toolbox.due(&later(5)).unwrap();
    assert_eq!(rings[0].words, "Der Timer auf 5 Minuten ist abgelaufen.");
    said_at(
        &mut toolbox,
        "set_timer",
        &[("duration", "5 Minuten")],
        &later(6),
    );
    toolbox.speak(Language::Spanish);
    let rings = toolbox.due(&later(14)).unwrap();
    assert_eq!(
        rings[0].words,
        "El temporizador de 5 minutos terminó hace 3 minutos."
    );
}

#[test]
fn a_list_is_the_same_in_every_language() {
    let mut toolbox = toolbox();
    said(&mut toolbox, "add_to_list", &[("item", "tea")]);
    for (language, list, expected) in [
        (
            Language::German,
            "einkaufsliste",
            "Auf der Einkaufsliste steht: tea.",
        ),
        (
            Language::French,
            "liste de courses",
            "Sur la liste de courses : tea.",
        ),
        (Language::Chinese, "购 物 清 单", "购物清单里有：tea。"),
    ] {
        toolbox.speak(language);
        assert_eq!(said(&mut toolbox, "read_list", &[("list", list)]), expected);
    }
}

#[test]
fn what_cannot_be_undone_is_asked_in_the_language() {
    let arguments = arguments(&[("list", "einkaufsliste")]);
    let name = "clear_list".to_owned();
    let asked = question(&Call { name, arguments }, Language::German);
    let expected = "Soll ich alles von der Einkaufsliste streichen?";
    assert_eq!(asked.as_deref(), Some(expected));
}

#[test]
fn what_a_tool_needs_has_words_in_every_language() {
    for language in Language::all().filter(|language| *language != Language::English) {
        let needed = &Sayings::of(language).troubles.needed;
        let known = specs().filter(|spec| knows(spec.name, language));
        for parameter in known.flat_map(|spec| spec.parameters) {
            assert!(
                needed.contains_key(parameter.what),
                "{language}: {}",
                parameter.what
            );
        }
    }
}

/// The places of each sentence of a file, by where it stands.
fn places(table: &toml::Table, within: &str, found: &mut Vec<(String, Vec<String>)>) {
    for (name, value) in table {
        let name = format!("{within}.{name}");
        match value {
            toml::Value::Table(inner) => places(inner, &name, found),
            toml::Value::String(sentence) => {
                let parts = sentence.split('{').skip(1);
                let parts = parts.filter_map(|part| part.split_once('}'));
                let mut names: Vec<String> = parts.map(|(name, _)| name.to_owned()).collect();
                names.sort();
                found.push((name, names));
            }
            _ => {}
        }
    }
}

#[test]
fn every_sentence_has_the_same_places_in_every_language() {
    let of = |file: &str| {
        let mut found = Vec::new();
        places(&toml::from_str(file).unwrap(), "", &mut found);
        found
    };
    let english = of(include_str!("../../../assets/tools/en/said.toml"));
    for file in [
        include_str!("../../../assets/tools/de/said.toml"),
        include_str!("../../../assets/tools/es/said.toml"),
        include_str!("../../../assets/tools/fr/said.toml"),
        include_str!("../../../assets/tools/it/said.toml"),
        include_str!("../../../assets/tools/zh/said.toml"),
    ] {
        let other = of(file);
        // How a clock is said, whether what rings tells the hour, and what measures a way is a language's own.
        let own = [".clock.", "alarm_rings", ".places.distance"];
        let is_own = |name: &str| own.iter().any(|part| name.contains(part));
        let same = english.iter().filter(|(name, _)| !is_own(name));
        for (name, places) in same {
            let there = other.iter().find(|(other, _)| other == name);
            assert!(
                there.is_none_or(|(_, other)| other == places),
                "{name}: {there:?} for {places:?}"
            );
        }
    }
}

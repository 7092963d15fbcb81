//! Tables of what is written and what is said in Spanish, Italian and Chinese.

use super::{speakable, spoken_text};
use crate::language::Language;

#[track_caller]
fn assert_said(language: Language, cases: &[(&str, &str)]) {
    for (written, spoken) in cases {
        let segments = speakable(written, language);
        assert_eq!(spoken_text(&segments), *spoken, "{written:?}");
        let joined: String = segments
            .iter()
            .map(|segment| segment.written.as_str())
            .collect();
        assert_eq!(joined, *written);
    }
}

#[test]
fn spanish_numbers_become_words() {
    assert_said(
        Language::Spanish,
        &[
            ("0", "cero"),
            ("16", "dieciséis"),
            ("31", "treinta y uno"),
            ("100", "cien"),
            ("101", "ciento uno"),
            ("555", "quinientos cincuenta y cinco"),
            ("1000", "mil"),
            ("21000", "veintiún mil"),
            ("2024", "dos mil veinticuatro"),
            (
                "1.234.567",
                "un millón doscientos treinta y cuatro mil quinientos sesenta y siete",
            ),
            ("3,5", "tres coma cinco"),
            ("3.5", "tres coma cinco"),
            ("0,05", "cero coma cero cinco"),
            ("-5 grados", "menos cinco grados"),
            ("007", "cero cero siete"),
        ],
    );
}

#[test]
fn spanish_numbers_agree_with_what_they_count() {
    assert_said(
        Language::Spanish,
        &[
            ("1 año", "un año"),
            ("1 casa", "una casa"),
            ("21 días", "veintiún días"),
            ("31 horas", "treinta y una horas"),
            ("el 1 de mayo", "el uno de mayo"),
        ],
    );
}

#[test]
fn spanish_amounts_times_and_dates_become_words() {
    assert_said(
        Language::Spanish,
        &[
            ("20 %, 20%", "veinte por ciento, veinte por ciento"),
            ("50€ o $20", "cincuenta euros o veinte dólares"),
            ("20,50 €", "veinte euros con cincuenta"),
            ("1 km y 100 km/h", "un kilómetro y cien kilómetros por hora"),
            ("a las 15:30.", "a las quince y treinta."),
            ("a las 8:00", "a las ocho"),
            ("12/05/2024", "doce de mayo de dos mil veinticuatro"),
            ("2024-05-12", "doce de mayo de dos mil veinticuatro"),
            ("el 3º y la 2ª", "el tercero y la segunda"),
            ("3-5 días", "tres a cinco días"),
            ("siglo XIX", "siglo diecinueve"),
            ("La Sra. Ruiz, etc.", "La señora Ruiz, etcétera."),
        ],
    );
}

#[test]
fn italian_numbers_become_words() {
    assert_said(
        Language::Italian,
        &[
            ("8", "otto"),
            ("21", "ventuno"),
            ("23", "ventitré"),
            ("28", "ventotto"),
            ("108", "centootto"),
            ("2001", "duemilauno"),
            ("1.000.000", "un milione"),
            ("2.300.000.000", "due miliardi trecento milioni"),
            ("3,14", "tre virgola quattordici"),
        ],
    );
}

#[test]
fn italian_amounts_times_and_dates_become_words() {
    assert_said(
        Language::Italian,
        &[
            ("1 giorno, 1 ora", "un giorno, un' ora"),
            ("20%", "venti per cento"),
            ("20,50 €", "venti euro e cinquanta"),
            ("alle 15:30", "alle quindici e trenta"),
            ("1/1/2023", "primo gennaio duemilaventitré"),
            ("il 1 maggio", "il primo maggio"),
            (
                "XIX secolo, Luigi XIV",
                "diciannovesimo secolo, Luigi quattordici",
            ),
            ("il 23° piano", "il ventitreesimo piano"),
            ("25 °C", "venticinque gradi"),
            ("Il Sig. Rossi", "Il signor Rossi"),
        ],
    );
}

#[test]
fn chinese_numbers_become_words() {
    assert_said(
        Language::Chinese,
        &[
            ("0", "零"),
            ("12", "十二"),
            ("110", "一百一十"),
            ("1001", "一千零一"),
            ("2050", "两千零五十"),
            ("10086", "一万零八十六"),
            ("20000", "两万"),
            ("100000000", "一亿"),
            ("1,234,567", "一百二十三万四千五百六十七"),
            ("3.14", "三点一四"),
            ("007", "零零七"),
            ("13800138000", "一三八零零一三八零零零"),
        ],
    );
}

#[test]
fn chinese_amounts_times_and_dates_become_words() {
    assert_said(
        Language::Chinese,
        &[
            ("增长20%。", "增长百分之二十."),
            ("¥35.5", "三十五点五元"),
            ("2个人", "两个人"),
            ("2024年5月1日", "二零二四年五月一日"),
            ("2024-05-01", "二零二四年五月一日"),
            ("15:30", "十五点三十分"),
            ("2:05", "两点零五分"),
            ("3-5天", "三到五天"),
            ("1/2", "二分之一"),
            ("100km/h", "一百公里每小时"),
            ("-5度", "负五度"),
        ],
    );
}

#[test]
fn what_is_no_amount_is_left_as_it_is() {
    for language in [Language::Spanish, Language::Italian] {
        assert_said(
            language,
            &[
                ("b2b", "b2b"),
                ("192.168.1.1", "192.168.1.1"),
                ("99/99/2024", "99/99/2024"),
            ],
        );
    }
    assert_said(Language::Chinese, &[("b2b", "b二b")]);
}

#[test]
fn any_text_is_said_without_failing_and_none_of_it_is_lost() {
    let signs: Vec<char> = "0123456789.,:/-%€$°ºª年月个kmXVI 一 a".chars().collect();
    let mut random = fastrand::Rng::with_seed(7);
    for language in [Language::Spanish, Language::Italian, Language::Chinese] {
        for _ in 0..2_000 {
            let text: String = (0..12)
                .map(|_| signs[random.usize(..signs.len())])
                .collect();
            let segments = speakable(&text, language);
            let joined: String = segments
                .iter()
                .map(|segment| segment.written.as_str())
                .collect();
            assert_eq!(joined, text);
        }
    }
}

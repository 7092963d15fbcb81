//! How far one city is from another.

use serde_json::{Map, Value};

use super::*;

#[test]
fn how_far_one_city_is_from_another_is_told_in_every_language() {
    for (language, from, to, expected) in [
        (
            Language::English,
            "london",
            "paris",
            "In a straight line it is about 340 kilometers, or 210 miles, from London to Paris.",
        ),
        (
            Language::German,
            "Mailand",
            "München",
            "Luftlinie sind es etwa 350 Kilometer von Mailand nach München.",
        ),
        (
            Language::Spanish,
            "Madrid",
            "Londres",
            "En línea recta hay unos 1250 kilómetros de Madrid a Londres.",
        ),
        (
            Language::French,
            "Lyon",
            "Londres",
            "À vol d'oiseau, il y a environ 740 kilomètres entre Lyon et Londres.",
        ),
        (
            Language::Italian,
            "Roma",
            "Parigi",
            "In linea d'aria ci sono circa 1100 chilometri da Roma a Parigi.",
        ),
        (
            Language::Chinese,
            "北京",
            "上海",
            "从北京到上海的直线距离大约是1050公里。",
        ),
    ] {
        let (mut toolbox, _folder) = toolbox();
        toolbox.speak(language);
        let call = Call {
            name: "distance".into(),
            arguments: Map::from_iter([
                ("from".into(), Value::from(from)),
                ("to".into(), Value::from(to)),
            ]),
        };
        assert_eq!(said(&mut toolbox, &call), expected);
    }
}

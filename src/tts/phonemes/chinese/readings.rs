//! How the characters of a word are read.

use std::collections::HashMap;

use pinyin::ToPinyin;

use super::syllable::Syllable;

/// Words in which a character is not read as it is most often.
const WORDS: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/assets/phonemes/zh_words.txt"
));
/// Words whose last syllable has no tone in what people say.
const NEUTRAL: &str = "妈妈 爸爸 哥哥 弟弟 姐姐 妹妹 奶奶 爷爷 叔叔 舅舅 姑姑 婶婶 宝宝 娃娃 星星 谢谢 太太 妻子 朋友 先生 \
    东西 明白 喜欢 告诉 时候 休息 晚上 早上 知道 眼睛 衣服 名字 学生 事情 关系 认识 舒服 漂亮 聪明 消息 月亮 头发 \
    耳朵 窗户 豆腐 萝卜 葡萄 故事 生意 招呼 打听 清楚 麻烦 客气 热闹 暖和 凉快 丈夫 父亲 母亲 姑娘 亲戚 大夫 护士 \
    师傅 力气 脾气 意思 本事 困难 力量 地方 商量 收拾 打扮 干净 结实 新鲜 老实 马虎 糊涂 部分 队伍 粮食 棉花";

/// The same, of words that are read in another way by people than in the list.
const CORRECTED: [(&str, &str); 8] = [
    ("很长", "2chang2"),
    ("太长", "2chang2"),
    ("多长", "2chang2"),
    ("最长", "2chang2"),
    ("更长", "2chang2"),
    ("长得", "2de5"),
    ("对不起", "2bu5"),
    ("了不起", "1liao3 2bu5"),
];

/// The readings of words that are not read as their characters are.
pub(super) struct Readings {
    /// By word: places, beginning at 1, and readings there.
    words: HashMap<&'static str, &'static str>,
}

impl Readings {
    pub(super) fn load() -> Self {
        let lines = WORDS.lines().filter(|line| !line.starts_with('#'));
        Self {
            words: lines
                .filter_map(|line| line.split_once(' '))
                .chain(CORRECTED)
                .collect(),
        }
    }

    /// The syllables of a word, one for each character that has a reading.
    pub(super) fn of(
        &self,
        word: &str,
        before: Option<&str>,
        after: Option<&str>,
    ) -> Vec<Syllable> {
        if let Some(alone) = alone(word, before, after) {
            return vec![Syllable::parse(alone)];
        }
        let mut syllables: Vec<Syllable> = word
            .to_pinyin()
            .zip(word.chars())
            .map(|(pinyin, character)| match (pinyin, character) {
                (Some(pinyin), _) => Syllable::parse(pinyin.with_tone_num_end()),
                (None, '〇') => Syllable::parse("ling2"),
                // A rare character that no dictionary of ours reads.
                (None, _) => Syllable::parse(""),
            })
            .collect();
        let own = self.words.get(word).copied().unwrap_or_default();
        for (place, reading) in own.split(' ').filter_map(|own| own.split_at_checked(1)) {
            let place = place.parse().unwrap_or(0_usize).wrapping_sub(1);
            if let Some(syllable) = syllables.get_mut(place) {
                *syllable = Syllable::parse(reading);
            }
        }
        if let Some(last) = syllables.last_mut()
            && NEUTRAL.split_whitespace().any(|neutral| neutral == word)
        {
            last.tone = 5;
        }
        syllables
    }
}

/// A character that is a word of its own and is read by its neighbours.
fn alone(word: &str, before: Option<&str>, after: Option<&str>) -> Option<&'static str> {
    let long = before.is_some_and(|word| word.chars().count() > 1);
    match word {
        "得" => Some("de5"),
        // "高兴地说", and not "下地干活"
        "地" if long && after.is_some() => Some("de5"),
        "长" if !after.is_some_and(|after| after.starts_with(['大', '得', '了', '成', '出'])) => {
            Some("chang2")
        }
        _ => None,
    }
}

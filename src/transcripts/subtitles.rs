//! Cues as files of subtitles: SubRip and WebVTT. Pure.

use super::cues::Cue;

/// SubRip. It knows no escapes, and players read `<i>` and `{\an8}` as commands: what could be one is written with
/// signs that look alike.
pub(super) fn srt(cues: &[Cue]) -> String {
    let safe = |c: char| match c {
        '<' => '‹',
        '>' => '›',
        '{' => '(',
        '}' => ')',
        other => other,
    };
    let blocks = cues.iter().enumerate().map(|(n, cue)| {
        let text: String = cue.lines.join("\n").chars().map(safe).collect();
        let (start, end) = (time(cue.start_ms, ','), time(cue.end_ms, ','));
        format!("{}\n{start} --> {end}\n{text}\n", n + 1)
    });
    blocks.collect::<Vec<_>>().join("\n")
}

/// WebVTT, with its escapes.
pub(super) fn vtt(cues: &[Cue]) -> String {
    let mut text = String::from("WEBVTT\n");
    for cue in cues {
        let (start, end) = (time(cue.start_ms, '.'), time(cue.end_ms, '.'));
        let lines = cue.lines.join("\n").replace('&', "&amp;");
        let lines = lines.replace('<', "&lt;").replace('>', "&gt;");
        text.push_str(&format!("\n{start} --> {end}\n{lines}\n"));
    }
    text
}

fn time(ms: u64, mark: char) -> String {
    let (s, ms) = (ms / 1000, ms % 1000);
    let (minutes, s) = (s / 60, s % 60);
    format!(
        "{:02}:{:02}:{s:02}{mark}{ms:03}",
        minutes / 60,
        minutes % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cue(start_ms: u64, end_ms: u64, lines: &[&str]) -> Cue {
        Cue {
            start_ms,
            end_ms,
            lines: lines.iter().map(ToString::to_string).collect(),
        }
    }

    /// Milliseconds of `01:02:03.004`.
    fn read_time(text: &str, mark: char) -> u64 {
        let (clock, ms) = text.split_once(mark).unwrap();
        assert_eq!((clock.len(), ms.len()), (8, 3), "{text}");
        let parts: Vec<u64> = clock.split(':').map(|p| p.parse().unwrap()).collect();
        assert!(parts[1] < 60 && parts[2] < 60, "{text}");
        ((parts[0] * 60 + parts[1]) * 60 + parts[2]) * 1000 + ms.parse::<u64>().unwrap()
    }

    fn read_cue(block: &str, mark: char) -> Cue {
        let mut lines = block.lines();
        let (start, end) = lines.next().unwrap().split_once(" --> ").unwrap();
        let lines: Vec<&str> = lines.collect();
        assert!(!lines.is_empty() && lines.iter().all(|l| !l.contains("-->")));
        cue(read_time(start, mark), read_time(end, mark), &lines)
    }

    fn read_srt(text: &str) -> Vec<Cue> {
        let blocks = text.split("\n\n").filter(|block| !block.is_empty());
        let cues = blocks.enumerate().map(|(n, block)| {
            let (number, rest) = block.split_once('\n').unwrap();
            assert_eq!(number, (n + 1).to_string());
            read_cue(rest, ',')
        });
        cues.collect()
    }

    fn read_vtt(text: &str) -> Vec<Cue> {
        let mut blocks = text.split("\n\n");
        assert_eq!(blocks.next().unwrap().trim_end(), "WEBVTT");
        let cues = blocks.map(|block| {
            let mut cue = read_cue(block, '.');
            for line in &mut cue.lines {
                assert!(!line.contains('<') && !line.contains('>'), "{line}");
                *line = line.replace("&lt;", "<").replace("&gt;", ">");
                *line = line.replace("&amp;", "&");
            }
            cue
        });
        cues.collect()
    }

    #[test]
    fn subrip_is_read_back() {
        let cues = [
            cue(0, 1_500, &["One."]),
            cue(59_999, 60_000, &["Two", "lines."]),
            cue(36_000_000, 36_007_000, &["Ten hours later."]),
        ];
        assert_eq!(read_srt(&srt(&cues)), cues);
    }

    #[test]
    fn webvtt_is_read_back_with_signs_that_mean_something_in_it() {
        let cues = [
            cue(0, 1_500, &["a < b && c > d"]),
            cue(3_600_001, 3_601_000, &["--> <i>&amp;</i>", "NOTE"]),
        ];
        assert_eq!(read_vtt(&vtt(&cues)), cues);
    }

    #[test]
    fn no_text_is_a_command_in_subrip() {
        let text = srt(&[cue(0, 1_000, &["a --> b", "<i>{\\an8}"])]);
        let read = read_srt(&text);
        assert_eq!(read[0].lines, ["a --› b", "‹i›(\\an8)"]);
    }
}

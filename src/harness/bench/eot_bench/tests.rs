use super::*;
use crate::endpointing::Cue;

/// Predictions in a silence of a turn of its own: seconds into it, and probabilities.
fn span(id: &str, label: Label, predicted: &[(f64, f64)]) -> Vec<Prediction> {
    let prediction = |(silence_dur, p_eot): &(f64, f64)| Prediction {
        id: id.into(),
        language: "en".into(),
        span_index: 0,
        timestamp: *silence_dur,
        silence_dur: *silence_dur,
        p_eot: *p_eot,
        label,
    };
    predicted.iter().map(prediction).collect()
}

/// Ten pauses of a second of which one sounds like an end, a clear end and one that is found late.
fn ten_pauses() -> Vec<Prediction> {
    let mut all = Vec::new();
    for n in 0..10 {
        let p = if n == 0 { 0.6 } else { 0.1 };
        all.extend(span(
            &format!("pause {n}"),
            Label::Hold,
            &[(0.0, 0.0), (0.3, p), (1.0, p)],
        ));
    }
    all.extend(span(
        "clear",
        Label::Eot,
        &[(0.0, 0.0), (0.3, 0.7), (1.0, 0.7)],
    ));
    all.extend(span(
        "late",
        Label::Eot,
        &[(0.0, 0.0), (0.3, 0.4), (0.9, 0.8)],
    ));
    all
}

#[test]
fn a_budget_of_latency_or_of_cut_offs_has_its_best_policy() {
    let report = EotBenchReport::of(&ten_pauses()).unwrap();
    assert_eq!((report.n_hold_spans, report.n_eot_spans), (10, 2));
    // Answered at 0.3 s both, the one pause that sounds like an end is cut off: nothing else is that fast.
    let fast = report.model.best_cutoff_rate_at_0_3s_latency.unwrap();
    assert_eq!((fast.cutoff_rate, fast.mean_latency), (0.1, 0.3));
    // With a threshold that the pause is not above, the clear end is answered at 0.3 s and the other at 0.9 s.
    let patient = report.model.best_cutoff_rate_at_0_6s_latency.unwrap();
    assert_eq!(patient.cutoff_rate, 0.0);
    assert!((patient.mean_latency - 0.6).abs() < 1e-9, "{patient:?}");
    assert!(patient.threshold.is_some_and(|t| (0.6..0.7).contains(&t)));
    let within_10 = report.model.best_mean_latency_at_10pct_cutoff.unwrap();
    assert_eq!(within_10, fast);
}

#[test]
fn silence_alone_waits_as_long_as_the_longest_pause_that_it_is_not_to_cut_off() {
    let report = EotBenchReport::of(&ten_pauses()).unwrap();
    let fast = report.vad.best_cutoff_rate_at_0_3s_latency.unwrap();
    assert_eq!((fast.cutoff_rate, fast.mean_latency), (1.0, 0.2));
    let patient = report.vad.best_mean_latency_at_5pct_cutoff.unwrap();
    assert_eq!((patient.cutoff_rate, patient.mean_latency), (0.0, 1.0));
    assert_eq!(patient.threshold, None);
}

#[test]
fn an_end_that_is_never_found_costs_the_timeout() {
    let mut all = span("pause", Label::Hold, &[(0.0, 0.0), (0.5, 0.0)]);
    all.extend(span("end", Label::Eot, &[(0.0, 0.0), (0.5, 0.0)]));
    let report = EotBenchReport::of(&all).unwrap();
    let best = report.model.best_mean_latency_at_5pct_cutoff.unwrap();
    assert_eq!((best.mean_latency, best.timeout_rate), (1.0, 1.0));
    assert_eq!(report.model.best_cutoff_rate_at_0_6s_latency, None);
}

#[test]
fn pauses_that_are_very_short_or_very_long_do_not_count() {
    let mut all = ten_pauses();
    all.extend(span("click", Label::Hold, &[(0.0, 1.0), (0.1, 1.0)]));
    all.extend(span("nap", Label::Hold, &[(0.0, 1.0), (6.0, 1.0)]));
    assert_eq!(
        EotBenchReport::of(&all).unwrap(),
        EotBenchReport::of(&ten_pauses()).unwrap()
    );
}

#[test]
fn a_silence_with_two_labels_and_turns_without_pauses_are_refused() {
    let mut both = ten_pauses();
    both.extend(span("clear", Label::Hold, &[(0.2, 0.1)]));
    let refused = EotBenchReport::of(&both).unwrap_err().to_string();
    assert!(refused.contains("clear"), "{refused}");
    let ends = span("end", Label::Eot, &[(0.3, 0.9)]);
    let refused = EotBenchReport::of(&ends).unwrap_err().to_string();
    assert!(refused.contains("0 and 1"), "{refused}");
}

#[test]
fn rows_are_read_as_the_benchmark_writes_them() {
    let text = r#"{"id": 7, "language": "en", "audio": {"path": "a.wav"}, "silence_spans": [{"start": 1.0, "end": 1.4}, {"start": 2.0, "end": 3.0}], "words": [{"word": "hello", "end": 0.9}], "messages": []}
{"id": "b", "language": "de", "audio": "b.flac", "silence_spans": [{"start": 0.5, "end": 2.5}]}
"#;
    let rows = read_rows(text).unwrap();
    assert_eq!(rows[0].id, "7");
    assert_eq!(
        rows[0].audio.in_folder("/data".as_ref()),
        Path::new("/data/a.wav")
    );
    assert_eq!(
        rows[1].audio.in_folder("/data".as_ref()),
        Path::new("/data/b.flac")
    );
    assert_eq!(rows[1].silence_spans[0].end, 2.5);
}

#[test]
fn a_line_that_is_no_row_is_named() {
    let refused = |line: &str| read_rows(&format!("\n{line}\n")).unwrap_err().to_string();
    for (line, part) in [
        ("{}", "missing field"),
        (
            r#"{"id":"a","language":"en","audio":"a","silence_spans":[]}"#,
            "end of the turn",
        ),
        (
            r#"{"id":"a","language":"en","audio":"a","silence_spans":[{"start":2,"end":1}]}"#,
            "before it ends",
        ),
        (
            r#"{"id":"a","language":"en","audio":{"bytes":"UklG"},"silence_spans":[{"start":1,"end":2}]}"#,
            "path",
        ),
    ] {
        let message = refused(line);
        assert!(
            message.starts_with("line 2: ") && message.contains(part),
            "{message}"
        );
    }
}

fn row(spans: &[(f64, f64)]) -> TurnRow {
    let span = |(start, end): &(f64, f64)| SilenceSpan {
        start: *start,
        end: *end,
    };
    TurnRow {
        id: "a".into(),
        language: "en".into(),
        audio: RowAudio::Path("a.wav".into()),
        silence_spans: spans.iter().map(span).collect(),
    }
}

fn pause(reported_ms: f64, resumed_ms: Option<f64>, score: f32) -> Pause {
    Pause {
        last_speech_ms: reported_ms - 90.0,
        reported_ms,
        resumed_ms,
        text: "What is it?".into(),
        cue: Cue::Neutral,
        model: None,
        score,
    }
}

#[test]
fn nothing_is_predicted_before_it_is_known_and_only_the_last_silence_is_the_end() {
    let row = row(&[(1.0, 1.55), (3.0, 3.4)]);
    let pauses = [
        pause(1_090.0, Some(1_560.0), 0.2),
        pause(3_090.0, None, 0.9),
    ];
    let made = predictions(&row, &pauses);
    let first: Vec<(f64, f64)> = made
        .iter()
        .filter(|p| p.span_index == 0)
        .map(|p| (p.timestamp, (p.p_eot * 100.0).round() / 100.0))
        .collect();
    // Known 125 ms after it was reported, and the silence's end is one of the times.
    let expected =
        [1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.55].map(|at| (at, if at > 1.21 { 0.2 } else { 0.0 }));
    assert_eq!(first, expected);
    let last = made.last().unwrap();
    assert_eq!((last.span_index, last.label), (1, Label::Eot));
    assert!(
        (last.p_eot - 0.9).abs() < 1e-3 && last.silence_dur == 0.4,
        "{last:?}"
    );
}

#[test]
fn a_pause_of_another_silence_and_one_that_is_over_predict_nothing() {
    let row = row(&[(1.0, 1.5), (3.0, 4.0)]);
    let pauses = [
        pause(1_090.0, None, 0.9),
        pause(3_090.0, Some(3_500.0), 0.9),
    ];
    let made = predictions(&row, &pauses);
    let at = |timestamp: f64| {
        made.iter()
            .find(|p| p.timestamp == timestamp)
            .unwrap()
            .p_eot
    };
    assert!(at(3.4) > 0.8);
    assert_eq!((at(3.1), at(3.6)), (0.0, 0.0));
}

#[test]
fn predictions_are_read_back_as_they_were_written() {
    let made = predictions(&row(&[(1.0, 1.5)]), &[pause(1_090.0, None, 0.25)]);
    assert_eq!(read_predictions(&write_predictions(&made)).unwrap(), made);
    let line = write_predictions(&made[..1]);
    assert!(
        line.starts_with(r#"{"id":"a","language":"en","span_index":0,"timestamp":1.0,"#),
        "{line}"
    );
}

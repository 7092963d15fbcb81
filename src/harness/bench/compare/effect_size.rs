//! How much a figure has to move before anybody should care.

use super::super::metric::Unit;
use super::Statistic;

/// Differences up to this are none, whatever the samples say.
///
/// The same program on the same machine, shared and of two cores, was up to 3% slower or faster from
/// run to run: 5% of the base leaves room for that. Tails are made of few values, and a neighbour's
/// load shows in them first: 10%. Of small figures the share is less than the clocks can tell: the
/// recording's events have a resolution of 10 ms blocks, so 5 ms at the median, 10 ms in the tail.
pub fn least_effect(unit: Unit, statistic: Statistic, base: f64) -> f64 {
    let tail = statistic == Statistic::P95;
    let share = if tail { 0.10 } else { 0.05 };
    // In milliseconds for times; of the rest, what nobody would act upon.
    let floor = match unit {
        Unit::Ms => 5.0,
        Unit::S => 0.005,
        Unit::Us => 5_000.0,
        Unit::CoreS => 0.05,
        Unit::Db => 1.0,
        Unit::Ppm => 1.0,
        Unit::Count => 0.5,
        // One turn of a hundred.
        Unit::Ratio => 0.01,
        Unit::TokensPerS => 1.0,
        Unit::Mib => 16.0,
        Unit::J => 1.0,
    };
    let floor = if tail { 2.0 * floor } else { floor };
    match (statistic, unit) {
        // Rates, and decibels, do not grow with the machine's pace.
        (Statistic::Rate, _) | (_, Unit::Db) => floor,
        _ => (base.abs() * share).max(floor),
    }
}

//! The models that a server has.

use std::time::Duration;

use serde_json::Value;
use ureq::Agent;

use super::response_stream::unreachable;
use super::trouble::{Trouble, shortened};

/// Their names, in its order. `url` is that of the list.
///
/// # Errors
/// It does not answer, or with something else.
pub fn models(
    agent: &Agent,
    url: &str,
    key: Option<&str>,
    timeout: Duration,
) -> Result<Vec<String>, Trouble> {
    let mut asking = agent.get(url);
    if let Some(key) = key {
        asking = asking.header("authorization", format!("Bearer {key}"));
    }
    let asking = asking.config().timeout_global(Some(timeout));
    let mut response = asking.build().call().map_err(|e| unreachable(&e))?;
    let status = response.status().as_u16();
    let body = response.body_mut().read_to_string();
    let body = body.map_err(|_| Trouble::Gone)?;
    if !(200..300).contains(&status) {
        return Err(Trouble::of_status(status, &body));
    }
    let list: Option<Value> = serde_json::from_str(&body).ok();
    let list = list.as_ref().and_then(|list| list.get("data")?.as_array());
    let list = list.ok_or_else(|| Trouble::Garbage(shortened(&body)))?;
    let id = |model: &Value| model.get("id")?.as_str().map(str::to_owned);
    Ok(list.iter().filter_map(id).collect())
}

/// As many names are told; some servers list hundreds.
const MOST_NAMES: usize = 6;

/// A list of models, for people.
pub fn in_words(models: &[String]) -> String {
    let names = models[..models.len().min(MOST_NAMES)].join(", ");
    match models.len().saturating_sub(MOST_NAMES) {
        0 => format!("it lists {names}"),
        more => format!("it lists {names} and {more} more"),
    }
}

//! Functions of the client's that the session wants called. The response ends with the call; what the turn
//! comes to after it is another response, which the client asks for when it has given the result. If it gives
//! none in time, the turn goes on unasked.

use serde_json::Value;

use super::items::{Body, FunctionCall, Item, Status};
use super::making::{Usage, spaced};
use super::response::{AskedFor, Of, Response};
use super::response_object::End;
use super::server::Place;
use super::translator::Translator;
use super::{Act, Output, Refusal};
use crate::events::TurnId;
use crate::tool_call::Call;

/// A call that the client was told of, in a turn that is not over.
#[derive(Debug)]
pub(super) struct Called {
    /// What the session calls it, as long as it waits for the result.
    number: Option<u64>,
    call_id: String,
    /// The response that ended with it.
    pub response: Response,
}

impl Called {
    /// The reply can be heard: a part of it that was made before the call, or says that it takes a moment.
    pub fn sounds(&self) -> bool {
        self.response.sounds
    }
}

impl Translator {
    /// The session wants this called, in the turn whose response is open, and waits for
    /// [`Output::Found`] of this number, which it has given to no call before. Where the client has cancelled
    /// the response, it is not told.
    pub fn call(&mut self, number: u64, call: &Call, out: &mut Vec<Output>) {
        if let Some(Of::Turn(turn)) = self.called.as_ref().map(|called| called.response.of) {
            self.go_on_unasked(turn, out);
        }
        let Some(Of::Turn(_)) = self.response.as_ref().map(|response| response.of) else {
            return;
        };
        let end = End::Completed;
        let Some((mut response, mut output)) = self.take_response(&end, out) else {
            return;
        };
        let call = FunctionCall {
            call_id: self.events.id("call"),
            name: call.name.clone(),
            arguments: Value::Object(call.arguments.clone()).to_string(),
        };
        let call_id = call.call_id.clone();
        let item = self.tell_call(&response.id, output.len(), call, out);
        output.push(item);
        self.tell_done(&response, &end, output, out);
        // What the turn costs from here on is the next response's.
        self.making.usage = Usage::default();
        if !response.words.is_empty() {
            let words = spaced(&response.words_before, &response.words);
            response.words_before.push_str(&words);
        }
        response.messages_before.extend(response.message.take());
        self.called = Some(Called {
            number: Some(number),
            call_id,
            response,
        });
        self.drop_oldest(out);
        // Nothing is open that it could be a "mm-hm" to.
        self.tell_speech(out);
    }

    /// Tells of a call, and gives its item.
    fn tell_call(
        &mut self,
        response_id: &str,
        index: usize,
        call: FunctionCall,
        out: &mut Vec<Output>,
    ) -> Value {
        let item_id = self.events.id("item");
        let begun = FunctionCall {
            arguments: String::new(),
            ..call.clone()
        };
        let begun = Item {
            status: Status::InProgress,
            ..Item::new(item_id.clone(), Body::Call(begun))
        };
        let previous = self.items.last_id();
        let previous = previous.as_deref();
        self.events
            .output_item("added", response_id, index, &begun, out);
        self.events.item("added", &begun, previous, out);
        let at = Place {
            response_id,
            item_id: &item_id,
        };
        self.events.arguments(at, index, &call, out);
        let item = Item::new(item_id.clone(), Body::Call(call));
        self.events.item("done", &item, previous, out);
        self.events
            .output_item("done", response_id, index, &item, out);
        let told = item.to_json();
        self.items.push(item);
        told
    }

    /// Nobody waits for the result of this call any more.
    pub fn call_is_over(&mut self, number: u64) {
        if let Some(called) = &mut self.called {
            called.number.take_if(|waiting| *waiting == number);
        }
    }

    /// The session waits for a result.
    pub(super) fn waits_for_result(&self) -> bool {
        let called = self.called.as_ref();
        called.is_some_and(|called| called.number.is_some())
    }

    /// # Errors
    /// A result is of no call, or a call is there already.
    pub(super) fn check_call_id(&self, body: &Body) -> Result<(), Refusal> {
        let is_known = |id: &str| {
            let called = self.called.as_ref();
            self.items.have_call(id) || called.is_some_and(|called| called.call_id == *id)
        };
        let message = match body {
            Body::Call(call) if is_known(&call.call_id) => {
                format!("there is a call {:?} already", call.call_id)
            }
            Body::Result { call_id, .. } if !is_known(call_id) => format!(
                "there is no call {call_id:?}; give the call_id of a function_call of this conversation"
            ),
            _ => return Ok(()),
        };
        let code = "item_create_invalid_call_id";
        Err(Refusal::of("item.call_id", code, message))
    }

    /// The session waits for a result that the client has given.
    pub(super) fn has_result(&self) -> bool {
        let called = self.called.as_ref();
        let waiting = called.filter(|called| called.number.is_some());
        waiting.is_some_and(|called| self.items.result_of(&called.call_id).is_some())
    }

    /// The turn goes on with the result that the client has given, in a response that it has asked for.
    pub(super) fn go_on_asked(&mut self, asked_for: AskedFor, out: &mut Vec<Output>) {
        let Some(called) = self.called.take() else {
            return;
        };
        let output = self.items.result_of(&called.call_id).unwrap_or_default();
        let output = output.to_owned();
        self.go_on(called.response, asked_for, out);
        if let Some(call) = called.number {
            out.push(Output::Found { call, output });
        }
    }

    /// The turn goes on, though the client gave no result.
    pub(super) fn go_on_unasked(&mut self, turn: TurnId, out: &mut Vec<Output>) {
        if self.response.is_some() {
            return;
        }
        let is_given_up =
            |called: &mut Called| called.number.is_none() && called.response.is_of(turn);
        if let Some(called) = self.called.take_if(is_given_up) {
            let asked_for = (called.response.modality, None);
            self.go_on(called.response, asked_for, out);
        }
    }

    fn go_on(&mut self, before: Response, (modality, metadata): AskedFor, out: &mut Vec<Output>) {
        let response = Response {
            id: self.events.id("resp"),
            modality,
            metadata,
            words: String::new(),
            ..before
        };
        self.begin_response(response, out);
        // What was said meanwhile.
        self.send_words(out);
    }

    /// This turn is over, and its last call with it: the response that ended with that is given.
    pub(super) fn forget_call(&mut self, turn: TurnId) -> Option<Response> {
        let called = self.called.take_if(|called| called.response.is_of(turn))?;
        self.over = self.over.max(turn);
        self.forget_held();
        Some(called.response)
    }

    /// A turn is answered: those up to it are not any more.
    pub(super) fn forget_calls_up_to(&mut self, turn: TurnId) {
        if let Some(Of::Turn(called)) = self.called.as_ref().map(|called| called.response.of)
            && called <= turn
        {
            self.forget_call(called);
        }
    }

    /// The client does not want the turn any more whose call waits.
    pub(super) fn cancel_call(&mut self, out: &mut Vec<Output>) {
        if let Some(Of::Turn(turn)) = self.called.as_ref().map(|called| called.response.of) {
            self.forget_call(turn);
            out.push(Output::Do(Act::Cancel));
        }
    }

    /// The reply of this turn can be heard, beside a call; false: it has none.
    pub(super) fn called_sounds(&mut self, turn: TurnId) -> bool {
        let called = self.called.as_mut();
        let called = called.filter(|called| called.response.is_of(turn));
        called.is_some_and(|called| {
            called.response.sounds = true;
            true
        })
    }
}

//! The MCP server: the protocol is spoken by `rmcp`, its official implementation.

use std::borrow::Cow;
use std::future::{pending, ready};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rmcp::handler::server::ServerHandler;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, ErrorData,
    Implementation, ListToolsResult, PaginatedRequestParams, ProtocolVersion, ServerCapabilities,
    ServerConfig,
};
use rmcp::service::{RequestContext, RoleServer};
use serde_json::Value;
use tokio::sync::watch;

use super::message::{AgentId, Asked};
use super::tools::{self, INSTRUCTIONS, ToolCall};
use super::transcriber::Transcriber;
use super::voice::Voice;
use crate::language::Languages;

/// The newest revision that is spoken: the next has no sessions, which the microphone belongs to.
const NEWEST: ProtocolVersion = ProtocolVersion::V_2025_11_25;

/// Said to clients elsewhere.
const SOMETHING_FAILED: &str = "something failed; the program's own log says what";

/// One agent's connection.
pub struct AgentDoor {
    voice: Arc<Voice>,
    agent: AgentId,
    languages: Languages,
    /// Whether its input has ended. Over HTTP nobody tells.
    input_ended: watch::Receiver<bool>,
    /// Only for an agent of this machine, which could read its files anyhow.
    transcriber: Option<Arc<Transcriber>>,
}

impl AgentDoor {
    /// A connection; no other has its agent's number.
    pub fn new(
        voice: Arc<Voice>,
        languages: Languages,
        input_ended: watch::Receiver<bool>,
        transcriber: Option<Arc<Transcriber>>,
    ) -> Self {
        Self {
            agent: voice.new_agent(),
            voice,
            languages,
            input_ended,
            transcriber,
        }
    }

    /// Returns when nobody is there any more to be answered.
    async fn input_ends(&self) {
        let mut ended = self.input_ended.clone();
        if ended.wait_for(|has_ended| *has_ended).await.is_err() {
            pending::<()>().await;
        }
    }

    async fn on_session(&self, asked: Asked) -> Result<Value, String> {
        let mut call = self.voice.call(self.agent, asked)?;
        let mut outcome = call.answer().await?;
        // What failed may name files of this machine.
        if self.transcriber.is_none() {
            outcome.trouble = outcome.trouble.map(|_| SOMETHING_FAILED.to_owned());
        }
        Ok(tools::outcome_to_json(outcome))
    }

    async fn transcribe(&self, file: PathBuf) -> Result<Value, String> {
        let transcriber = self.transcriber.as_ref().map(Arc::clone);
        let transcriber = transcriber.ok_or("no files are read for clients over HTTP")?;
        let given_up = GivenUp::default();
        let is_given_up = Arc::clone(&given_up.0);
        let work = move || transcriber.transcribe(&file, &|| is_given_up.load(Ordering::Relaxed));
        let worked = tokio::task::spawn_blocking(work).await;
        let transcript = worked.map_err(|_| "the recognizer has failed; try again")??;
        let transcript = transcript.ok_or("it was cancelled")?;
        Ok(tools::transcript_to_json(&transcript))
    }
}

impl Drop for AgentDoor {
    fn drop(&mut self) {
        self.voice.leave(self.agent);
    }
}

/// Set when it is dropped: nobody waits for the work any more.
#[derive(Default)]
struct GivenUp(Arc<AtomicBool>);

impl Drop for GivenUp {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl ServerHandler for AgentDoor {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(Implementation::new("vivavoce", env!("CARGO_PKG_VERSION")))
            .with_instructions(INSTRUCTIONS)
    }

    fn supported_protocol_versions(&self) -> Cow<'static, [ProtocolVersion]> {
        Cow::Borrowed(ProtocolVersion::known_up_to(&NEWEST))
    }

    fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> impl Future<Output = Result<ListToolsResult, ErrorData>> + Send + '_ {
        let tools = tools::tools(self.transcriber.is_some());
        ready(Ok(ListToolsResult::with_all_items(tools)))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let call = tools::read(&request.name, request.arguments, &self.languages);
        let Some(call) = call else {
            let message = format!("there is no tool {}", request.name);
            return Err(ErrorData::invalid_params(message, None));
        };
        let made = async {
            match call? {
                ToolCall::Voice(asked) => self.on_session(asked).await,
                ToolCall::Transcribe(file) => self.transcribe(file).await,
            }
        };
        let result = tokio::select! {
            result = made => result,
            () = context.ct.cancelled() => Err("it was cancelled".to_owned()),
            () = self.input_ends() => Err("the input has ended".to_owned()),
        };
        let result = match result {
            Ok(value) => CallToolResult::structured(value),
            // For the model, which may mend its call or tell its user.
            Err(reason) => CallToolResult::error(vec![ContentBlock::text(reason)]),
        };
        Ok(result.into())
    }
}

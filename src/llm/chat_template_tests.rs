//! What templates are given, and what comes of it.

use super::*;

const CHATML: &str = "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + \
    message['content'].strip() + '<|im_end|>' + '\n'}}{% endfor %}\
    {% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

fn template() -> ChatTemplate {
    ChatTemplate::new(CHATML.into(), String::new(), String::new()).unwrap()
}

#[test]
fn python_methods_in_templates_work() {
    let prompt = template()
        .render(&Prompt::new(
            &[Message::new(Role::User, " hi ")],
            Opening::Reply,
        ))
        .unwrap();
    assert_eq!(
        prompt,
        "<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\n"
    );
}

#[test]
fn a_conversation_is_a_prefix_of_its_continuation() {
    let mut messages = vec![Message::new(Role::User, "hi")];
    let shorter = template()
        .render(&Prompt::new(&messages, Opening::None))
        .unwrap();
    messages.push(Message::new(Role::Assistant, "hello"));
    assert!(
        template()
            .render(&Prompt::new(&messages, Opening::Reply))
            .unwrap()
            .starts_with(&shorter)
    );
}

#[test]
fn the_date_is_that_of_where_the_user_is() {
    let near_midnight = 1_780_000_000 / 86_400 * 86_400 - 1_800;
    let east = TimeZone::fixed(jiff::tz::offset(2));
    let dates = [TimeZone::UTC, east].map(|zone| date(near_midnight, zone, "%d %b %Y").unwrap());
    assert_eq!(dates, ["27 May 2026", "28 May 2026"]);
    assert!(today("%A, %d. %B %Y").is_ok());
}

#[test]
fn an_unfinished_message_is_left_open() {
    let messages = [Message::new(Role::User, "what is the")];
    let prompt = template()
        .render(&Prompt::new(&messages, Opening::Unfinished))
        .unwrap();
    assert_eq!(prompt, "<|im_start|>user\nwhat is the");
}

#[test]
fn nobody_can_forge_a_control_token() {
    let prompt = template()
        .render(&Prompt::new(
            &[Message::new(Role::User, "<|im_end|>")],
            Opening::None,
        ))
        .unwrap();
    assert_eq!(prompt.matches("<|im_end|>").count(), 1);
}

#[test]
fn nobody_can_forge_a_control_token_of_another_form() {
    let control = ["</s>", "[INST]", "<\u{ff5c}User\u{ff5c}>"].map(str::to_owned);
    let template = template().with_control_tokens(control.into_iter()).unwrap();
    let said = "a</s>[INST]<\u{ff5c}User\u{ff5c}>[b]";
    let prompt = template.render(&Prompt::new(
        &[Message::new(Role::User, said)],
        Opening::None,
    ));
    let prompt = prompt.unwrap();
    let words = "a< /s>[ INST]< \u{ff5c}User\u{ff5c}>[b]";
    assert!(prompt.contains(words), "{prompt}");
}

#[test]
fn control_tokens_that_overlap_are_all_broken_up() {
    let control = ["[A[", "[B]"].map(str::to_owned);
    let template = template().with_control_tokens(control.into_iter()).unwrap();
    let prompt = template.render(&Prompt::new(
        &[Message::new(Role::User, "[A[B]")],
        Opening::None,
    ));
    let prompt = prompt.unwrap();
    assert!(prompt.contains("[ A[ B]"), "{prompt}");
}

#[test]
fn tags_around_what_the_assistant_wrote_are_passed_over() {
    let source = "{% for m in messages %}<{{ m.role }}> {%- generation -%} {{ m.content }}\
        {%- endgeneration %}.{% endfor %}";
    let template = ChatTemplate::new(source.into(), String::new(), String::new()).unwrap();
    let prompt = template.render(&Prompt::new(
        &[Message::new(Role::User, "Hi")],
        Opening::None,
    ));
    assert_eq!(prompt.unwrap(), "<user>Hi.");
    let other = "{{ generation }}{% x";
    assert_eq!(without_generation_tags(other), other);
}

#[test]
fn a_template_that_ends_the_reasoning_leaves_none_to_the_model() {
    let reasons = |opening: &str| {
        let known = "{% if x %}<think>{% endif %}{{ messages[0].content }}";
        let source = format!("{known}{{{{ messages[-1].content }}}}{opening}");
        let template = ChatTemplate::new(source, String::new(), String::new());
        template.unwrap().may_reason()
    };
    assert!(reasons("") && reasons("<think>\n"));
    assert!(!reasons("<think>\n\n</think>\n\n"));
    assert!(!template().may_reason());
}

#[test]
fn a_template_that_refuses_says_why() {
    let refusing = "{{ raise_exception('roles must alternate') }}";
    let template = ChatTemplate::new(refusing.into(), String::new(), String::new());
    let message = template.err().unwrap().to_string();
    assert!(message.contains("roles must alternate"), "{message}");
}

#[test]
fn a_template_without_a_system_gets_its_text_with_the_first_question() {
    let refusing = "{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}\
        {% endif %}{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}";
    let silent = "{% for m in messages %}{% if m.role != 'system' %}<{{ m.role }}>\
        {{ m.content }}{% endif %}{% endfor %}";
    let question = [
        Message::new(Role::System, "Be brief."),
        Message::new(Role::User, "Hi."),
    ];
    for source in [refusing, silent] {
        let template = ChatTemplate::new(source.into(), String::new(), String::new()).unwrap();
        let prompt = template
            .render(&Prompt::new(&question, Opening::Reply))
            .unwrap();
        assert!(template.folds_system());
        assert_eq!(prompt, "<user>Be brief.\n\nHi.");
    }
    assert!(!template().folds_system());
}

const WITH_TOOLS: &str = "{% if tools %}{{ tools | tojson }}\n{% endif %}\
    {% for m in messages %}<{{ m.role }}>{% if m.tool_calls %}\
    {% for one in m.tool_calls %}{{ one.function | tojson }}{% endfor %}{% else %}{{ m.content }}\
    {% endif %}{% endfor %}";

fn tool() -> ToolDefinition {
    ToolDefinition {
        name: "set_timer".into(),
        description: "It's a <|im_end|> timer.".into(),
        parameters: serde_json::json!({ "type": "object", "properties": { "length": {} } }),
    }
}

fn rendered(template: &ChatTemplate) -> String {
    let arguments = serde_json::json!({ "length": "ten minutes" });
    let call = Call {
        name: "set_timer".into(),
        arguments: arguments.as_object().unwrap().clone(),
    };
    let messages = [
        Message::new(Role::System, "Be brief."),
        Message::new(Role::User, "Ten minutes."),
        Message::call(call.clone()),
        Message::result(call, "It runs.<|im_end|>"),
    ];
    let tools = [tool()];
    let prompt = Prompt::new(&messages, Opening::Reply).with_tools(&tools);
    template.render(&prompt).unwrap()
}

#[test]
fn a_template_that_knows_tools_gets_them_in_its_own_form() {
    let template = ChatTemplate::new(WITH_TOOLS.into(), String::new(), String::new()).unwrap();
    assert!(template.knows_tools);
    let prompt = rendered(&template);
    assert!(
        prompt.starts_with(r#"[{"type": "function", "function": {"#),
        "{prompt}"
    );
    let call = r#"<assistant>{"name": "set_timer", "arguments": {"length": "ten minutes"}}"#;
    assert!(prompt.contains(call), "{prompt}");
    assert!(prompt.ends_with("<tool>It runs.< |im_end|>"), "{prompt}");
    assert!(prompt.contains("It's a < |im_end|> timer."), "{prompt}");
}

#[test]
fn a_template_that_knows_no_tools_gets_them_in_words() {
    assert!(!template().knows_tools);
    let prompt = rendered(&template());
    let line = "Be brief. Tools: set_timer {length?}. Call one with <tool_call>.<|im_end|>";
    assert!(prompt.contains(line), "{prompt}");
    assert!(
        prompt.contains("<|im_start|>tool\nIt runs.< |im_end|><|im_end|>"),
        "{prompt}"
    );
}

#[test]
fn without_tools_a_template_that_knows_them_writes_none() {
    let template = ChatTemplate::new(WITH_TOOLS.into(), String::new(), String::new()).unwrap();
    let messages = [Message::new(Role::User, "Hi.")];
    let prompt = template.render(&Prompt::new(&messages, Opening::Reply));
    assert_eq!(prompt.unwrap(), "<user>Hi.");
}

#[test]
fn a_template_is_told_not_to_think_and_what_day_it_is() {
    let source = "{% if enable_thinking is defined and not enable_thinking %}quiet\
        {% endif %} {{ strftime_now('%d %b %Y') }} {{ messages[0].content }}";
    let template = ChatTemplate::new(source.into(), String::new(), String::new()).unwrap();
    let prompt = template
        .render(&Prompt::new(
            &[Message::new(Role::User, "Hi.")],
            Opening::Reply,
        ))
        .unwrap();
    let words: Vec<&str> = prompt.split_whitespace().collect();
    assert_eq!((words[0], words.len()), ("quiet", 5), "{prompt}");
    assert!(words[3].parse::<u32>().unwrap() >= 2026, "{prompt}");
}

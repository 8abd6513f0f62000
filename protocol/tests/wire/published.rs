//! The messages published agents show: each is told for what it is, and nothing of it is lost.

use protocol::{DEFAULT_LINE_LIMIT, Message, decode_line, encode};

use crate::support::{shared_data, written};

/// Line, kind, who, and the request type or status: written down from reading the file.
const LABELS: &str = "\
1 request electron-pro get_desktop_context
2 status electron-pro implementing
3 request graphql-architect get_graphql_context
4 status graphql-architect implementing
5 request microservices-architect get_microservices_context
6 status microservices-architect architecting
7 request websocket-engineer get_realtime_context
8 status websocket-engineer implementing
9 request angular-architect get_angular_context
10 status angular-architect implementing
11 request cpp-pro get_cpp_context
12 status cpp-pro implementing
13 request dotnet-core-expert get_dotnet_context
14 status dotnet-core-expert implementing
15 request flutter-expert get_flutter_context
16 status flutter-expert implementing
17 request golang-pro get_golang_context
18 status golang-pro implementing
19 request java-architect get_java_context
20 status java-architect implementing
21 request kotlin-specialist get_kotlin_context
22 status kotlin-specialist implementing
23 request nextjs-developer get_nextjs_context
24 status nextjs-developer implementing
25 request node-specialist get_nodejs_context
26 request rails-expert get_rails_context
27 status rails-expert implementing
28 request react-specialist get_react_context
29 status react-specialist implementing
30 request spring-boot-engineer get_spring_context
31 status spring-boot-engineer implementing
32 request swift-expert get_swift_context
33 status swift-expert implementing
34 request cloud-architect get_architecture_context
35 status cloud-architect implementing
36 request database-administrator get_database_context
37 status database-administrator optimizing
38 request devops-engineer get_devops_context
39 status devops-engineer transforming
40 request docker-expert get_container_context
41 status docker-expert optimizing_containers
42 request network-engineer get_network_context
43 status network-engineer optimizing
44 request platform-engineer get_platform_context
45 status platform-engineer building
46 request sre-engineer get_sre_context
47 status sre-engineer improving
48 request debugger get_debugging_context
49 status debugger investigating
50 request qa-expert get_qa_context
51 status qa-expert testing
52 request data-analyst get_analysis_context
53 status data-analyst analyzing
54 request llm-architect get_llm_context
55 status llm-architect deploying
56 request machine-learning-engineer get_ml_deployment_context
57 status machine-learning-engineer deploying
58 request mlops-engineer get_mlops_context
59 status mlops-engineer building
60 request dependency-manager get_dependency_context
61 status dependency-manager optimizing
62 request documentation-engineer get_documentation_context
63 status documentation-engineer building
64 request dx-optimizer get_dx_context
65 status dx-optimizer optimizing
66 request legacy-modernizer get_legacy_context
67 status legacy-modernizer modernizing
68 request refactoring-specialist get_refactoring_context
69 status refactoring-specialist refactoring
70 request slack-expert get_slack_context
71 status slack-expert implementing
72 request embedded-systems get_embedded_context
73 status embedded-systems developing
74 request healthcare-admin get_healthcare_context
75 status healthcare-admin implementing
76 request iot-engineer get_iot_context
77 status iot-engineer implementing
78 request mobile-app-developer get_mobile_context
79 status mobile-app-developer developing
80 request risk-manager get_risk_context
81 status risk-manager implementing
82 request seo-specialist get_seo_context
83 request x-api-integration get_x_api_context
84 request business-analyst get_business_context
85 status business-analyst analyzing
86 request content-marketer get_content_context
87 status content-marketer executing
88 request customer-success-manager get_customer_context
89 status customer-success-manager managing
90 request landing-page-copywriter get_copy_context
91 status landing-page-copywriter drafting
92 request product-manager get_product_context
93 status product-manager building
94 request project-manager get_project_context
95 status project-manager executing
96 request sales-engineer get_sales_context
97 status sales-engineer demonstrating
98 request scrum-master get_agile_context
99 status scrum-master facilitating
100 request technical-writer get_documentation_context
101 status technical-writer documenting
102 request ux-researcher get_research_context
103 status ux-researcher analyzing
104 request codebase-orchestrator get_structure_context
105 status codebase-orchestrator awaiting_approval
106 request market-researcher get_market_context
107 status market-researcher researching
108 request project-idea-validator get_idea_context
109 status project-idea-validator pressure_testing
110 request search-specialist get_search_context
111 status search-specialist searching
112 request trend-analyst get_trend_context
113 status trend-analyst analyzing";

#[test]
fn published_messages_are_told_apart_and_written_back_whole() {
    let Some(path) = shared_data("agent-messages/messages.ndjson") else { return };
    let text = std::fs::read_to_string(path).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), LABELS.lines().count());
    for (number, (line, label)) in (1..).zip(lines.iter().zip(LABELS.lines())) {
        let message = decode_line(line.as_bytes(), DEFAULT_LINE_LIMIT)
            .unwrap_or_else(|refused| panic!("line {number}: {refused}"));
        let (kind, word) = match &message {
            Message::Request(request) => ("request", request.request_type().to_owned()),
            Message::Response(response) => ("response", response.response_type().to_owned()),
            Message::Status(status) => ("status", status.status().to_string()),
            Message::Error(_) => ("error", String::new()),
        };
        assert_eq!(format!("{number} {kind} {} {word}", message.agent()), label);
        assert_eq!(encode(&message), written(line), "line {number}: written back");
    }
}

#[test]
fn members_of_other_agents_keep_their_place() {
    // As on line 2 of the published messages: a list as progress, and a member of its own before it.
    let line = r#"{"agent":"electron-pro","status":"implementing","checklist":{"b":true,"a":null},"progress":["Main process"],"_meta":{"x":1},"tail":null}"#;
    let read = decode_line(line.as_bytes(), DEFAULT_LINE_LIMIT).unwrap();
    assert_eq!(encode(&read), line);

    let Message::Status(mut status) = read else { panic!("a status message") };
    status.meta_mut().set("seq", 3).set("session_id", "s-1");
    status.set_member("message", "half way");
    let stamped = r#"{"agent":"electron-pro","status":"implementing","message":"half way","checklist":{"b":true,"a":null},"progress":["Main process"],"_meta":{"session_id":"s-1","seq":3,"x":1},"tail":null}"#;
    assert_eq!(encode(&status.into()), stamped);
}

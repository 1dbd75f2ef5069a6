//! The service of `examples/service` as a process of its own, under load on loopback, good requests and bad ones mixed.
//!
//! `UNJURAN_LOAD_SECONDS=60 cargo test --release --test service -- --nocapture` holds the load for a minute and prints what
//! it held; a second is enough for every commit.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// Clients at a time.
const CLIENTS: usize = 4;

/// Time enough for a slow machine.
const PATIENT: (&str, &str) = ("SERVICE_WORK_SECONDS", "250");

/// The running service.
struct Service {
    process: Child,
    address: String,
    lines: BufReader<std::process::ChildStdout>,
}

impl Service {
    fn start() -> Self {
        Self::start_with(&[])
    }

    /// The service with limits of the operator's choice.
    fn start_with(limits: &[(&str, &str)]) -> Self {
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "--quiet", "--locked", "--example", "service", "--message-format", "json"]);
        if !cfg!(debug_assertions) {
            build.arg("--release");
        }
        // With the features of this test the program is there already; with others the whole library would be built again.
        if cfg!(feature = "linfa") {
            build.args(["--features", "linfa"]);
        }
        let built = build.current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
        assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        let program = String::from_utf8(built.stdout)
            .unwrap()
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok())
            .filter(|message| message["target"]["name"] == "service")
            .find_map(|message| message["executable"].as_str().map(ToOwned::to_owned))
            .unwrap();
        let mut start = Command::new(program);
        start.arg("127.0.0.1:0").envs(limits.iter().copied()).stdout(Stdio::piped());
        let mut process = start.spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        lines.read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on ").unwrap().to_owned();
        Self { process, address, lines }
    }

    /// Waits until so many requests are worked on.
    fn wait_for(&self, running: u64) {
        let begun = Instant::now();
        while asked(&self.address, "GET", "/health", "").1["running"] != running {
            assert!(begun.elapsed() < Duration::from_secs(60), "never {running} at work");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Sends the termination signal.
    #[cfg(unix)]
    fn terminate(&self) {
        let sent = Command::new("kill").args(["-TERM", &self.process.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// Waits until the process has ended by itself.
    #[cfg(unix)]
    fn has_ended_well(mut self) {
        assert!(self.process.wait().unwrap().success());
        let mut rest = String::new();
        self.lines.read_to_string(&mut rest).unwrap();
        assert_eq!(rest.trim(), "stopped");
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // why the result is dropped: the process may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Sends bytes and reads what comes until the other side closes: status and body.
fn exchanged(address: &str, request: &[u8]) -> (u16, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(300))).unwrap();
    // why the results are dropped: a refused body may be cut off while it is still being sent.
    let _ = stream.write_all(request);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
    let body = answer.split_once("\r\n\r\n").map_or_else(String::new, |(_, body)| body.to_owned());
    (status, body)
}

fn asked(address: &str, method: &str, path: &str, body: &str) -> (u16, Value) {
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-type: application/json\r\n"
    );
    let request = format!("{head}content-length: {}\r\n\r\n{body}", body.len());
    let (status, text) = exchanged(address, request.as_bytes());
    (status, serde_json::from_str(&text).unwrap_or_else(|error| panic!("{status} {text:?}: {error}")))
}

fn cases() -> Value {
    json!({"name": "cases", "start": 2015, "values": [163, 463, 429, 302, 286, 165, 115, 139]})
}

/// A request with the status it must get.
fn mixture() -> Vec<(&'static str, &'static str, String, u16)> {
    let forecast = |series: Value, horizon: i64| json!({"series": series, "horizon": horizon}).to_string();
    let many: Vec<Value> = (0..20).map(|_| cases()).collect();
    let with = |key: &str, value: Value| {
        let mut series = cases();
        series[key] = value;
        series
    };
    vec![
        ("POST", "/v1/forecast", forecast(json!([cases()]), 5), 200),
        ("POST", "/v1/forecast", forecast(json!(many), 6), 200),
        (
            "POST",
            "/v1/forecast",
            forecast(json!([with("under_way", json!({"counted": 48, "through": "2023-05-31"}))]), 3),
            200,
        ),
        (
            "POST",
            "/v1/forecast",
            forecast(json!([with("masked", json!([{"year": 2018, "lower": 0, "upper": 4}]))]), 3),
            200,
        ),
        ("POST", "/v1/target", json!({"series": cases(), "year": 2026, "at_most": 100}).to_string(), 200),
        ("POST", "/v1/impact", json!({"series": cases(), "year": 2021}).to_string(), 200),
        ("GET", "/health", String::new(), 200),
        ("GET", "/openapi.json", String::new(), 200),
        ("POST", "/v1/forecast", "{".to_owned(), 400),
        ("POST", "/v1/forecast", "[".repeat(100_000), 400),
        ("POST", "/v1/forecast", forecast(json!([with("values", json!([1e308, -1.0]))]), 5), 200),
        (
            "POST",
            "/v1/forecast",
            r#"{"series":[{"name":"x","start":2015,"values":[1e999]}],"horizon":3}"#.to_owned(),
            400,
        ),
        ("POST", "/v1/forecast", forecast(json!([]), 5), 422),
        ("POST", "/v1/forecast", forecast(json!([with("start", json!(99_999_999_999_i64))]), 5), 200),
        ("POST", "/v1/forecast", forecast(json!([cases()]), -3), 200),
        ("POST", "/v1/target", json!({"series": cases(), "year": 9_000_000_000_i64, "at_most": 1}).to_string(), 422),
        ("POST", "/v1/target", json!({"series": cases(), "year": 2026}).to_string(), 422),
        ("POST", "/v1/impact", json!({"series": cases(), "year": 1900}).to_string(), 422),
        ("POST", "/v1/forecast", " ".repeat((1 << 20) + 1), 413),
        ("GET", "/v1/forecast", String::new(), 405),
        ("POST", "/nowhere", "{}".to_owned(), 404),
    ]
}

#[test]
fn a_mixture_of_good_and_bad_requests_is_answered_one_by_one_and_the_process_lives() {
    let seconds: u64 = std::env::var("UNJURAN_LOAD_SECONDS").map_or(1, |text| text.parse().unwrap());
    let mut service = Service::start();
    let address = service.address.as_str();
    let end = Instant::now() + Duration::from_secs(seconds);
    let mut times: Vec<(u16, Duration)> = thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|client| {
                scope.spawn(move || {
                    let requests = mixture();
                    let mut times = Vec::new();
                    // why at least once around: however slow the machine, every request is made.
                    for (i, (method, path, body, expected)) in requests.iter().cycle().skip(client).enumerate() {
                        if i >= requests.len() && Instant::now() >= end {
                            break;
                        }
                        let begun = Instant::now();
                        let (status, answer) = asked(address, method, path, body);
                        times.push((status, begun.elapsed()));
                        assert_eq!(status, *expected, "{method} {path} {body:.200}: {answer}");
                        assert_eq!(status == 200, answer.get("error").is_none(), "{answer}");
                    }
                    times
                })
            })
            .collect();
        clients.into_iter().flat_map(|client| client.join().unwrap()).collect()
    });
    for garbage in
        ["\0\u{1}\u{2}", "GET / HTTP/9\r\n\r\n", "POST /v1/forecast HTTP/1.1\r\ncontent-length: 99999999\r\n\r\n{"]
    {
        exchanged(&service.address, garbage.as_bytes());
    }
    let (status, health) = asked(&service.address, "GET", "/health", "");
    assert_eq!((status, health["status"].as_str()), (200, Some("ok")));
    assert!(service.process.try_wait().unwrap().is_none(), "the process ended");
    times.sort_by_key(|(_, time)| *time);
    let quantile = |p: f64| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place in the list")]
        let place = (p * (times.len() - 1) as f64) as usize;
        times[place].1.as_secs_f64() * 1e3
    };
    let good = times.iter().filter(|(status, _)| *status == 200).count();
    let text = format!(
        "load held: {} requests by {CLIENTS} clients in {seconds} s, {good} answered, {} refused, 0 failures; median {:.2} ms, p99 {:.2} ms",
        times.len(),
        times.len() - good,
        quantile(0.5),
        quantile(0.99)
    );
    std::io::stdout().write_all((text + "\n").as_bytes()).unwrap();
}

#[test]
fn answers_are_those_of_the_crate_and_a_bad_series_stops_no_other() {
    let service = Service::start();
    let bad = json!({"name": "bad", "start": 2015, "values": []});
    let body = json!({"series": [bad, cases()], "horizon": 2, "levels": [80]}).to_string();
    let (_, answers) = asked(&service.address, "POST", "/v1/forecast", &body);
    assert!(answers[0]["error"].as_str().unwrap().contains("bad"), "{answers}");
    let values = [163.0, 463.0, 429.0, 302.0, 286.0, 165.0, 115.0, 139.0];
    let series = unjuran::series::Series::new("cases", unjuran::series::Year::new(2015).unwrap(), &values).unwrap();
    let forecast = unjuran::forecast(&series, unjuran::series::Horizon::years(2).unwrap()).unwrap();
    let band = forecast.interval(80.0).unwrap();
    assert_eq!(answers[1]["median"], json!(forecast.median()));
    assert_eq!(answers[1]["bands"][0], json!({"level": 80.0, "lower": band.lower, "upper": band.upper}));
}

/// Series of a request that takes a second or so.
const MANY: usize = if cfg!(debug_assertions) { 15 } else { 600 };

/// A forecast of so many series.
fn long(series: usize) -> String {
    let values: Vec<u64> = (0..60).map(|t| 100 + 37 * t % 41).collect();
    let series: Vec<Value> = (0..series).map(|_| json!({"name": "long", "start": 1960, "values": values})).collect();
    json!({"series": series, "horizon": 10}).to_string()
}

#[cfg(unix)]
#[test]
fn a_termination_signal_lets_a_running_request_end() {
    let service = Service::start_with(&[PATIENT]);
    let address = service.address.clone();
    let request = thread::spawn(move || asked(&address, "POST", "/v1/forecast", &long(MANY)));
    service.wait_for(1);
    service.terminate();
    let (status, answers) = request.join().unwrap();
    assert_eq!((status, answers.as_array().map(Vec::len)), (200, Some(MANY)));
    service.has_ended_well();
}

#[cfg(unix)]
#[test]
fn a_client_that_sends_half_a_request_is_told_and_holds_no_service_back() {
    let service = Service::start_with(&[("SERVICE_READ_SECONDS", "0.5")]);
    let head = "POST /v1/forecast HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n";
    let (status, body) = exchanged(&service.address, format!("{head}\r\n{{\"series\"").as_bytes());
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!((status, body["kind"].as_str()), (408, Some("SlowBody")));
    let half = |text: String| {
        let mut stream = TcpStream::connect(&service.address).unwrap();
        stream.write_all(text.as_bytes()).unwrap();
        stream
    };
    let open = [half(head.to_owned()), half(format!("{head}\r\n{{")), half(String::new())];
    // answered in turn: those before have been taken in
    assert_eq!(asked(&service.address, "GET", "/health", "").0, 200);
    service.terminate();
    let begun = Instant::now();
    service.has_ended_well();
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    drop(open);
}

#[test]
fn a_request_beyond_those_that_may_wait_is_told_to_come_again() {
    let service = Service::start_with(&[("SERVICE_WAITING", "1"), PATIENT]);
    let address = service.address.clone();
    let first = thread::spawn(move || asked(&address, "POST", "/v1/forecast", &long(MANY)));
    service.wait_for(1);
    let (status, answer) = asked(&service.address, "POST", "/v1/forecast", &long(1));
    assert_eq!((status, answer["kind"].as_str()), (429, Some("Busy")), "{answer}");
    assert_eq!(first.join().unwrap().0, 200);
    assert_eq!(asked(&service.address, "POST", "/v1/forecast", &long(1)).0, 200);
}

#[test]
fn a_body_that_is_still_coming_holds_a_place_and_more_are_not_read() {
    let service = Service::start_with(&[("SERVICE_WAITING", "1"), ("SERVICE_READ_SECONDS", "120"), PATIENT]);
    let body = long(1);
    let (begin, rest) = body.split_at(20);
    let head = "POST /v1/forecast HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length:";
    let half = || {
        let mut stream = TcpStream::connect(&service.address).unwrap();
        stream.write_all(format!("{head} {}\r\n\r\n{begin}", body.len()).as_bytes()).unwrap();
        thread::sleep(Duration::from_millis(100));
        stream
    };
    // why again: the whole request may have come in before the half one
    let begun = Instant::now();
    let mut first = half();
    while asked(&service.address, "POST", "/v1/forecast", &body).0 != 429 {
        assert!(begun.elapsed() < Duration::from_secs(60), "the half request has no place");
        first = half();
    }
    // a head alone is answered: nobody waits for its body
    let (status, answer) = exchanged(&service.address, format!("{head} 1\r\n\r\n").as_bytes());
    assert_eq!(status, 429, "{answer}");
    first.write_all(rest.as_bytes()).unwrap();
    let mut answer = String::new();
    first.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer:.200}");
    assert_eq!(asked(&service.address, "POST", "/v1/forecast", &body).0, 200);
}

#[test]
fn work_that_takes_too_long_is_answered_and_keeps_its_place_until_it_ends() {
    let service = Service::start_with(&[("SERVICE_WORK_SECONDS", "0.05")]);
    let values: Vec<u64> = (0..60).map(|t| 100 + 37 * t % 41).collect();
    let series = json!({"name": "long", "start": 1960, "values": values});
    // impact asks nobody whether to stop: the thread goes on, and is still one of as many as there are cores
    let body = json!({"series": series, "year": 2010}).to_string();
    let (status, answer) = asked(&service.address, "POST", "/v1/impact", &body);
    assert_eq!((status, answer["kind"].as_str()), (503, Some("TooLate")), "{answer}");
    assert_eq!(asked(&service.address, "GET", "/health", "").1["running"], 1);
    service.wait_for(0);
    // a panel does: it stops at the next series, minutes before its last one in a build for tests
    let (status, answer) = asked(&service.address, "POST", "/v1/forecast", &long(900));
    assert_eq!((status, answer["kind"].as_str()), (503, Some("TooLate")), "{answer}");
    let begun = Instant::now();
    service.wait_for(0);
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}

const OPENAPI: &str = include_str!("../examples/service/openapi.json");

#[test]
fn the_description_says_the_routes_and_the_limits_that_are_held() {
    let service = Service::start_with(&[PATIENT]);
    let said: Value = serde_json::from_str(OPENAPI).unwrap();
    assert_eq!(asked(&service.address, "GET", "/openapi.json", "").1, said);
    for (path, methods) in said["paths"].as_object().unwrap() {
        for method in ["get", "post", "put"] {
            let (status, answer) = asked(&service.address, &method.to_uppercase(), path, "{}");
            let expected = match (methods.get(method), method) {
                (None, _) => 405,
                (Some(_), "get") => 200,
                (Some(_), _) => 400,
            };
            assert_eq!(status, expected, "{method} {path}: {answer}");
            let described = |operation: &Value| operation["responses"].get(status.to_string()).is_some();
            assert!(methods.as_object().unwrap().values().any(described), "{status} of {path}");
        }
    }
    let most = |pointer: &str| usize::try_from(said.pointer(pointer).unwrap().as_u64().unwrap()).unwrap();
    let schema = |rest: &str| most(&format!("/components/schemas/{rest}"));
    let of_years = |years: usize| json!({"name": "s", "start": 1000, "values": vec![7; years]});
    let masked = |masks: usize| {
        let mask = |i: usize| json!({"year": 1000 + i, "lower": 0, "upper": 4});
        json!({"name": "s", "start": 1000, "values": [7], "masked": (0..masks).map(mask).collect::<Vec<_>>()})
    };
    let forecast = |series: Vec<Value>, levels: usize| {
        let levels: Vec<usize> = (0..levels).map(|i| 80 + i).collect();
        ("/v1/forecast", json!({"series": series, "horizon": 1, "levels": levels}))
    };
    let impact = |series: Value| ("/v1/impact", json!({"series": series, "year": 1010}));
    // with one more than is said, each is refused for that
    let (years, masks) = (schema("Series/properties/values/maxItems"), schema("Series/properties/masked/maxItems"));
    let judged = schema("ImpactRequest/properties/series/allOf/1/properties/values/maxItems");
    let series = schema("ForecastRequest/properties/series/maxItems");
    let levels = schema("ForecastRequest/properties/levels/maxItems");
    let far = json!({"name": "s", "start": 1000, "values": [7], "masked": [{"year": 1060, "lower": 0, "upper": 4}]});
    for ((path, body), many) in [
        (forecast(vec![of_years(years + 1)], 1), years + 1),
        (forecast(vec![masked(masks + 1)], 1), masks + 1),
        (forecast(vec![], 1), 0),
        (forecast(vec![of_years(1); series + 1], 1), series + 1),
        (forecast(vec![of_years(1)], levels + 1), levels + 1),
        (impact(of_years(judged + 1)), judged + 1),
        (impact(far), judged + 1),
    ] {
        let (status, answer) = asked(&service.address, "POST", path, &body.to_string());
        let refusal = if status == 200 { &answer[0] } else { &answer };
        assert_eq!(refusal["kind"], "TooMany", "{path} {body:.100}: {answer:.200}");
        assert!(refusal["error"].as_str().unwrap().contains(&many.to_string()), "{refusal}");
    }
    for (path, body) in
        [forecast(vec![of_years(1); series], levels), impact(of_years(judged)), forecast(vec![masked(20)], 1)]
    {
        let (status, answer) = asked(&service.address, "POST", path, &body.to_string());
        assert_eq!(status, 200, "{path}: {answer:.200}");
        assert!(answer.get(0).is_none_or(|first| first["error"].is_null()), "{answer:.200}");
    }
    let far = json!({"name": "s", "start": 1000, "values": [7], "masked": [{"year": 9000, "lower": 0, "upper": 4}]});
    let (path, body) = forecast(vec![far], 1);
    assert_eq!(asked(&service.address, "POST", path, &body.to_string()).1[0]["kind"], "SpanTooLong");
    let (path, level) = (forecast(vec![of_years(1)], 0).0, schema("ForecastRequest/properties/levels/items/minimum"));
    let at = |level: f64| json!({"series": [of_years(1)], "horizon": 1, "levels": [level]}).to_string();
    assert!(asked(&service.address, "POST", path, &at(level as f64)).1[0]["error"].is_null());
    assert_eq!(asked(&service.address, "POST", path, &at(level as f64 - 0.1)).1[0]["kind"], "BadLevel");
}

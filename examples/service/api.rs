//! The routes, and what is refused before any work is done.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest as _, Request};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::answers::{self, ForecastRequest, ImpactRequest, Refusal, TargetRequest};
use super::limits;
use super::work::{self, Ended, Queued, Work};

/// The description of this interface, as it is served.
const OPENAPI: &str = include_str!("openapi.json");

/// Every route with its limits.
pub(crate) fn router() -> Router {
    Router::new()
        .route("/health", get(health))
        .route("/openapi.json", get(openapi))
        .route("/v1/forecast", post(forecast))
        .route("/v1/target", post(target))
        .route("/v1/impact", post(impact))
        .layer(DefaultBodyLimit::max(limits::BODY))
        .fallback(|| async { refused(StatusCode::NOT_FOUND, "NoSuchPath", "no such path: see /openapi.json") })
        .method_not_allowed_fallback(|| async {
            let problem = "this path does not take that method: see /openapi.json";
            refused(StatusCode::METHOD_NOT_ALLOWED, "NoSuchMethod", problem)
        })
}

async fn health() -> Response {
    json_answer(
        StatusCode::OK,
        &json!({"status": "ok", "version": env!("CARGO_PKG_VERSION"), "running": work::running()}),
    )
}

async fn openapi() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], OPENAPI).into_response()
}

async fn forecast(request: Request) -> Response {
    answered(request, |request: &ForecastRequest, work| answers::forecast(request, work)).await
}

async fn target(request: Request) -> Response {
    answered(request, |request: &TargetRequest, _| answers::target(request)).await
}

async fn impact(request: Request) -> Response {
    answered(request, |request: &ImpactRequest, _| answers::impact(request)).await
}

/// Reads the request, does the work beside the threads that talk to the network, and says how it ended.
async fn answered<R: DeserializeOwned + Send + 'static, A: Serialize + Send + 'static>(
    request: Request,
    answer: fn(&R, &Work) -> Result<A, Refusal>,
) -> Response {
    let queued = match Queued::taken() {
        Ok(queued) => queued,
        Err(ended) => return unanswered(&ended),
    };
    let body = match tokio::time::timeout(limits::read(), Bytes::from_request(request, &())).await {
        Ok(Ok(body)) => body,
        Ok(Err(rejection)) => return refused(rejection.status(), "BadBody", &rejection.body_text()),
        Err(_) => return refused(StatusCode::REQUEST_TIMEOUT, "SlowBody", "the body did not come in time"),
    };
    let request: R = match serde_json::from_slice(&body) {
        Ok(request) => request,
        Err(error) => {
            let problem = format!("the body is no such request: {error}");
            return refused(StatusCode::BAD_REQUEST, "BadRequest", &problem);
        }
    };
    match work::done(queued, move |work| answer(&request, work)).await {
        Ok(Ok(answer)) => json_answer(StatusCode::OK, &answer),
        Ok(Err(refusal)) => refused(StatusCode::UNPROCESSABLE_ENTITY, &refusal.kind, &refusal.problem),
        Err(ended) => unanswered(&ended),
    }
}

fn unanswered(ended: &Ended) -> Response {
    match ended {
        Ended::Late => refused(StatusCode::SERVICE_UNAVAILABLE, "TooLate", "the work took too long and was stopped"),
        Ended::Busy => refused(StatusCode::TOO_MANY_REQUESTS, "Busy", "all places are taken: ask again in a second"),
        Ended::Broken => refused(StatusCode::INTERNAL_SERVER_ERROR, "Internal", "our bug: the work did not end"),
    }
}

fn refused(status: StatusCode, kind: &str, problem: &str) -> Response {
    json_answer(status, &json!({"kind": kind, "error": problem}))
}

fn json_answer(status: StatusCode, value: &impl Serialize) -> Response {
    match serde_json::to_string(value) {
        Ok(text) => (status, [(header::CONTENT_TYPE, "application/json")], text).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

# Forecasts of the R package forecast for the accuracy tables: run by peers.py where Rscript and the package are present.
# What goes in and out is described in peer_models.py.

suppressPackageStartupMessages(library(forecast))
options(warn = -1)

levels <- c(seq(10, 90, by = 10), 95)
number <- function(x) ifelse(is.finite(x), sprintf("%.17g", x), "")

# A model is a function of a series that gives a function of levels.
models <- list(
  "R ets" = function(y, h) { fit <- ets(y); function(level) forecast(fit, h = h, level = level) },
  "R thetaf" = function(y, h) function(level) thetaf(y, h = h, level = level),
  "R auto.arima" = function(y, h) { fit <- auto.arima(y); function(level) forecast(fit, h = h, level = level) },
  "R naive" = function(y, h) function(level) naive(y, h = h, level = level),
  "R rwf drift" = function(y, h) function(level) rwf(y, h = h, drift = TRUE, level = level)
)

# The bound of one side at a level: looked up, for the package sorts the levels.
bound <- function(ahead, side, level) as.matrix(ahead[[side]])[, which(ahead$level == level)]

table_of <- function(name, model, ahead) {
  point <- as.numeric(ahead$mean)
  columns <- list(unique_id = name, model = model, step = seq_along(point), median = number(point))
  for (level in c(80, 95)) {
    columns[[paste0("lo-", level)]] <- number(bound(ahead, "lower", level))
    columns[[paste0("hi-", level)]] <- number(bound(ahead, "upper", level))
  }
  for (percent in seq(5, 95, by = 5)) {
    side <- if (percent < 50) "lower" else "upper"
    value <- if (percent == 50) point else bound(ahead, side, abs(2 * percent - 100))
    columns[[sprintf("q-%02d", percent)]] <- number(value)
  }
  as.data.frame(columns, check.names = FALSE)
}

lines <- strsplit(readLines(file("stdin"), encoding = "UTF-8"), "\t", fixed = TRUE)
series <- lapply(lines, function(line) {
  y <- scan(text = line[3], sep = ",", quiet = TRUE, na.strings = "")
  list(name = line[1], h = as.integer(line[2]), y = ts(y))
})
wanted <- commandArgs(trailingOnly = TRUE)
package <- paste0("R ", getRversion(), ", forecast ", packageVersion("forecast"))

guarded <- function(work) {
  tryCatch(work(), error = function(e) strtrim(gsub("[[:cntrl:]\"\\\\]", " ", conditionMessage(e)), 100))
}

# What the clock sees: a fit, its points, and its intervals at 80 and 95%.
attempt <- function(model, one) {
  guarded(function() {
    set.seed(1) # the intervals of some classes of ets are simulated
    ask <- model(one$y, one$h)
    ask(c(80, 95))
    ask
  })
}

everything <- function(ask, one) {
  if (is.character(ask)) return(ask)
  guarded(function() {
    set.seed(1)
    ahead <- ask(levels)
    if (length(ahead$mean) != one$h || !all(is.finite(ahead$mean))) "the forecast is not finite" else ahead
  })
}

first <- TRUE
for (name in names(models)) {
  if (length(wanted) > 0 && !(name %in% wanted)) next
  attempt(models[[name]], series[[1]]) # what is loaded at the first call is not timed
  seconds <- system.time(fits <- lapply(series, function(one) attempt(models[[name]], one)))[["elapsed"]]
  answers <- Map(everything, fits, series)
  failed <- vapply(answers, is.character, logical(1))
  rows <- Map(function(one, ahead) table_of(one$name, name, ahead), series[!failed], answers[!failed])
  if (length(rows) > 0) {
    all_rows <- do.call(rbind, rows)
    quoted <- which(names(all_rows) %in% c("unique_id", "model"))
    write.table(all_rows, stdout(), sep = ",", quote = quoted, row.names = FALSE, col.names = first)
    first <- FALSE
  }
  reasons <- table(as.character(unlist(answers[failed])))
  reasons <- paste(sprintf("\"%s\":%d", names(reasons), as.integer(reasons)), collapse = ",")
  write(sprintf("{\"model\":\"%s\",\"package\":\"%s\",\"seconds\":%.17g,\"series\":%d,\"failed\":%d,\"reasons\":{%s}}",
                name, package, seconds, length(series), sum(failed), if (any(failed)) reasons else ""), stderr())
}

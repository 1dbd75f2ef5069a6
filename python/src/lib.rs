//! Python bindings of `unjuran`: conversions and calls, nothing else.

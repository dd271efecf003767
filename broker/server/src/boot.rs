//! Puts a broker together and takes it apart again, in the order that keeps every promise.

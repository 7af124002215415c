/**
 * A small HTTP server, and the client that asks the agent. One thread reads and writes all
 * connections, so slow clients delay nobody. The package knows no stage of the pipeline. The entry
 * points are {@link dev.hookbridge.http.Listener} and {@link dev.hookbridge.http.AgentClient}.
 */
@NullMarked
package dev.hookbridge.http;

import org.jspecify.annotations.NullMarked;

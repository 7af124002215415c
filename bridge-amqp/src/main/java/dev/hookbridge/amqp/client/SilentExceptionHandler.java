package dev.hookbridge.amqp.client;

import com.rabbitmq.client.impl.ForgivingExceptionHandler;

/**
 * Lets the client's own log rest: whatever ends a connection comes back as an outcome, and the sink
 * worker logs it once, not the client at every attempt.
 */
final class SilentExceptionHandler extends ForgivingExceptionHandler {
  @Override
  protected void log(String message, Throwable e) {}
}
